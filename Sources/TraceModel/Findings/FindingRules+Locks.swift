// Rules about locks: which a call takes, how often, in which order, in which context.
import LinuxABI
import Tracer

extension FindingRules {
  /// One lock for the whole kernel, in at least nineteen of twenty calls that change nothing all would have to know.
  func globalLocks() -> [Finding] {
    eachCall { row, made in
      guard !Self.structural.contains(SyscallNumber(rawValue: row)) else { return [] }
      return classes(of: row).compactMap { lockClass, count in
        guard isGlobal(lockClass), !isAllocator(lockClass), Double(count) >= 0.95 * Double(made) else { return nil }
        let waits = session.locks[lockClass]
        return Finding(
          kind: .globalLock, title: "takes the global lock \(name(lockClass)) in every call", place: call(row),
          evidence: [
            "\(count) acquisitions in \(made) calls",
            "one lock of this class in the kernel; \(waits?.contended ?? 0) of \(waits?.acquired ?? 0) acquisitions waited",
          ], calls: made, savedPerCall: Self.lockCost * count / made)
      }
    }
  }

  /// Two threads that take the locks of a circle from different places may wait for each other forever.
  func lockCircles() -> [Finding] {
    let order = session.lockOrder
    return order.circles.map { circle in
      let way = zip(circle, circle.dropFirst() + circle.prefix(1)).compactMap { order.edge($0, $1) }
      return Finding(
        kind: .lockCircle, title: "locks are taken inside each other in a circle", place: name(circle[0]),
        evidence: way.map { edge in
          let site = edge.places.first?.site ?? 0
          return "\(name(edge.outer)) held, \(name(edge.inner)) taken \(edge.count) times"
            + (site == 0 ? "" : ", in \(model.siteName(site, of: session))")
        }, calls: way.map(\.count).min() ?? 0, savedPerCall: nil)
    }
  }

  /// sched_yield with nobody to yield to: the thread kept its CPU, and locks were taken all the same. A yield that goes
  /// somewhere takes the run queue's, once or twice.
  func locksForNothing() -> [Finding] {
    eachCall { row, made in
      guard SyscallNumber(rawValue: row) == .sched_yield else { return [] }
      let nodes = session.tree.nodes.filter { $0.label == .systemCall(row) }
      let (seen, switched) = nodes.reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.timesOffCPU) }
      let stayed = made - min(made, made * switched / max(seen, 1))
      let taken = classes(of: row).reduce(0) { $0 + $1.count }
      let inVain = taken - min(taken, 2 * (made - stayed))
      guard seen > 0, stayed >= Self.enough, Double(inVain) >= 0.95 * Double(stayed) else { return [] }
      let each = classes(of: row).map { "\(name($0.lockClass)) \(Self.ratio($0.count, made)) times a call" }
      return [
        Finding(
          kind: .lockForNothing, title: "takes locks where the caller keeps the CPU", place: call(row),
          evidence: each + ["nobody else ran in \(stayed) of \(made) calls"], calls: stayed,
          savedPerCall: Self.lockCost * inVain / stayed)
      ]
    }
  }

  /// The same lock again in nearly every call, in calls that take few locks.
  func locksTwice() -> [Finding] {
    let again = Dictionary(grouping: session.lockFacts(.again)) { Int(clamping: $0.first) }
    return eachCall { row, made in
      let taken = classes(of: row).filter { !isAllocator($0.lockClass) }.reduce(0) { $0 + $1.count }
      guard Double(taken) <= 4.5 * Double(made) else { return [] }
      return Dictionary(grouping: again[row] ?? [], by: \.lockClass).compactMap { lockClass, facts in
        let count = facts.reduce(0) { $0 + $1.count }
        guard !isAllocator(lockClass), Double(count) >= 0.95 * Double(made),
          let worst = facts.max(by: { $0.count < $1.count })
        else { return nil }
        return Finding(
          kind: .lockTwice, title: "takes the same \(name(lockClass)) lock twice", place: call(row),
          evidence: [
            "\(count) of \(made) calls took a lock again that they had held before",
            "the second time in \(model.names(of: session)?.site(Int(clamping: worst.second)) ?? "site \(worst.second)")",
          ], calls: made, savedPerCall: Self.lockCost * count / made)
      }
    }
  }

  /// Taken with interrupts off in every call of a kind, while no interrupt has ever taken a lock of the class, nor is
  /// one declared to.
  func needlessInterruptLocks() -> [Finding] {
    let inInterrupts = Set(
      session.lockFacts(.call).filter { $0.second & LockContext.interrupt != 0 || $0.first == LockTaker.interrupt }
        .map(\.lockClass))
    return eachCall { row, made in
      (calls[row] ?? []).compactMap { fact in
        let declared = (model.names(of: session)?.lockTraits[fact.lockClass] ?? 0) & 1 != 0
        guard fact.second == LockContext.interruptsOff, Double(fact.count) >= 0.95 * Double(made), !declared,
          !inInterrupts.contains(fact.lockClass), !isAllocator(fact.lockClass)
        else { return nil }
        return Finding(
          kind: .needlessInterruptLock,
          title: "turns interrupts off around the \(name(fact.lockClass)) lock, which no interrupt takes",
          place: call(row), evidence: ["\(fact.count) acquisitions with interrupts off in \(made) calls"], calls: made,
          savedPerCall: Self.interruptCost * fact.count / made)
      }
    }
  }

  /// pushfq, popq, cli; pushq, popfq.
  private static let interruptCost: UInt64 = 5
}
