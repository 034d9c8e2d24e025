// The rules by which findings are found. Each looks at counted facts and at the tree of spans, never at single events,
// and asks for enough calls to be sure; docs/findings.md says what each takes for normal.
//
// What costs little beside the call it is in is not worth a finding: rules about locks look at calls that take few.
import LinuxABI
import Tracer

extension TraceModel {
  /// All findings of a boot, the largest saving first. About one system call there is one: what else was seen of it
  /// stands in the evidence.
  public func findings(of session: Session) -> [Finding] {
    let rules = FindingRules(model: self, session: session)
    let all =
      rules.lockCircles() + rules.globalLocks() + rules.locksForNothing() + rules.needlessInterruptLocks()
      + rules.locksTwice()
      + rules.logging() + rules.untouchedMemory() + rules.slowerThanBefore()
    var byPlace: [String: Finding] = [:]
    var order: [String] = []
    for finding in all {
      if byPlace[finding.place] == nil { order.append(finding.place) }
      byPlace[finding.place, default: finding].absorb(finding)
    }
    return order.compactMap { byPlace[$0] }.sorted { $0.total > $1.total }
  }
}

extension Finding {
  fileprivate var total: UInt64 { (savedPerCall ?? 0).multipliedReportingOverflow(by: calls).partialValue }

  fileprivate mutating func absorb(_ other: Finding) {
    guard other.kind != kind || other.title != title else { return }
    evidence.append("also: " + other.title)
    if let more = other.savedPerCall { savedPerCall = (savedPerCall ?? 0) + more }
  }
}

struct FindingRules {
  let model: TraceModel
  let session: Session
  /// Acquisitions by system call and class.
  private let calls: [Int: [LockFact]]

  /// Fewer calls prove nothing.
  private static let enough: UInt64 = 100
  /// Instructions of taking and releasing a lock that is free, as measured on Apus (docs/findings.md).
  static let lockCost: UInt64 = 14
  /// Classes whose locks are taken as often as memory is needed.
  private static let allocators: Set<String> = ["kernel_heap", "frame_allocator"]
  /// Calls that create, end or rearrange processes: what they change is shared by all.
  private static let structural: Set<SyscallNumber> = [
    .clone, .clone3, .fork, .vfork, .execve, .execveat, .exit, .exit_group, .kill, .tkill, .tgkill, .setpgid, .setsid,
    .mount, .umount2,
  ]

  init(model: TraceModel, session: Session) {
    self.model = model
    self.session = session
    calls = Dictionary(grouping: session.lockFacts(.call).filter { $0.first < UInt64(RowIndex.other) }) {
      Int($0.first)
    }
  }

  // MARK: Rules

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

  /// Lines of the kernel's log within system calls.
  func logging() -> [Finding] {
    let tree = session.tree
    var lines: [Int: (count: UInt64, ticks: UInt64)] = [:]
    for node in tree.nodes {
      guard case .span(let id) = node.label, model.spanName(id, of: session) == "log" else { continue }
      guard let row = systemCall(around: node) else { continue }
      lines[row, default: (0, 0)].count += node.count
      lines[row, default: (0, 0)].ticks += node.selfOnCPU
    }
    return lines.sorted { $0.key < $1.key }.compactMap { row, log in
      let made = session.systemCalls[row]?.count ?? log.count
      guard log.count >= Self.enough / 5, let time = session.nanoseconds(ticks: log.ticks) else { return nil }
      return Finding(
        kind: .logging, title: "writes to the kernel's log", place: call(row),
        evidence: [
          "\(log.count) lines in \(made) calls", "\(Int(time / Double(log.count))) ns of a call for each, on average",
        ], calls: log.count, savedPerCall: nil)
    }
  }

  /// Programs that end with many pages that they never touched.
  func untouchedMemory() -> [Finding] {
    let facts = session.lockFacts(.untouched)
    let ended = facts.reduce(0) { $0 + $1.count }
    let pages = facts.reduce(0) { $0 + $1.sum }
    guard ended >= 3, pages >= 4 * ended else { return [] }
    return [
      Finding(
        kind: .untouchedMemory, title: "fills memory that programs never touch", place: "execve",
        evidence: [
          "\(pages) anonymous pages never accessed in \(ended) programs that have ended",
          "\(facts.map(\.max).max() ?? 0) in the worst of them",
        ], calls: ended, savedPerCall: Self.pageCost * pages / ended)
    ]
  }

  /// Instructions of clearing a page by `rep stosq` and of what goes with it, at the least.
  private static let pageCost: UInt64 = 600

  /// Calls whose mean of the last seconds is beyond anything they had before.
  func slowerThanBefore() -> [Finding] {
    session.systemCalls.sorted { $0.key < $1.key }.compactMap { row, counter in
      let windows = counter.windows.filter { $0.count >= 200 }
      guard windows.count >= 6 else { return nil }
      let means = windows.map { Double($0.sum) / Double($0.count) }
      let before = means.dropLast(2)
      let median = before.sorted()[before.count / 2]
      guard let worst = before.max(), means.suffix(2).allSatisfy({ $0 > 2 * median && $0 > 1.3 * worst }),
        let now = means.last, let nowTime = session.nanoseconds(tsc: UInt64(now)),
        let oldTime = session.nanoseconds(tsc: UInt64(median))
      else { return nil }
      return Finding(
        kind: .slowerThanBefore, title: "has become \(Self.tenths(now / median)) times slower", place: call(row),
        evidence: [
          "\(Self.whole(nowTime)) ns a call in the last seconds, \(Self.whole(oldTime)) ns in the \(before.count) before",
          "never above \(Self.whole(session.nanoseconds(tsc: UInt64(worst)) ?? 0)) ns then",
        ], calls: windows.suffix(2).reduce(0) { $0 + $1.count }, savedPerCall: nil)
    }
  }

  // A stream of lies has times beyond any number.
  private static func whole(_ value: Double) -> Int { Int(exactly: value.rounded(.towardZero)) ?? .max }

  // MARK: Parts of rules

  private func eachCall(_ body: (Int, UInt64) -> [Finding]) -> [Finding] {
    calls.keys.sorted().flatMap { row -> [Finding] in
      let made = session.systemCalls[row]?.count ?? 0
      return made >= Self.enough ? body(row, made) : []
    }
  }

  /// The classes that a system call takes, with how often.
  private func classes(of row: Int) -> [(lockClass: Int, count: UInt64)] {
    Dictionary(grouping: calls[row] ?? [], by: \.lockClass).map { ($0, $1.reduce(0) { $0 + $1.count }) }
      .sorted { $0.0 < $1.0 }
  }

  // As the kernel says; of one that says nothing, a class of which one lock has been seen.
  private func isGlobal(_ lockClass: Int) -> Bool {
    if let traits = model.names(of: session)?.lockTraits, !traits.isEmpty { return (traits[lockClass] ?? 0) & 2 != 0 }
    return session.lockFacts(.instance).count { $0.lockClass == lockClass } == 1
  }

  private func isAllocator(_ lockClass: Int) -> Bool { Self.allocators.contains(name(lockClass)) }

  private func name(_ lockClass: Int) -> String {
    model.names(of: session)?.locks[lockClass] ?? "lock_\(lockClass)"
  }

  private func call(_ row: Int) -> String { TraceModel.systemCallName(row) }

  private func systemCall(around node: SpanTree.Node) -> Int? {
    var next = node.parent
    while let index = next {
      if case .systemCall(let row) = session.tree.nodes[index].label { return row }
      next = session.tree.nodes[index].parent
    }
    return nil
  }

  private static func ratio(_ count: UInt64, _ calls: UInt64) -> String { tenths(Double(count) / Double(calls)) }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
