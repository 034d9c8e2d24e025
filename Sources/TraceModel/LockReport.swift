// One lock class in full, with names and nanoseconds: who made whom wait, what takes it, after which lock, in which
// context, and each lock where there are few. Sorted by what matters most.
import Tracer

public struct LockDetail: Sendable {
  /// Waits for locks of this class, by the place of the holder and of the waiter.
  public struct Wait: Sendable {
    public var holder: String
    public var waiter: String
    public var count: UInt64
    /// Nanoseconds.
    public var sum: Double
    public var max: Double
  }

  /// Attempts at one place that found a lock of this class taken.
  public struct FailedTry: Sendable {
    public var place: String
    public var count: UInt64
  }

  /// Acquisitions in one kind of system call; `perCall` is nil where calls were not counted.
  public struct Taker: Sendable {
    public var name: String
    public var count: UInt64
    public var perCall: Double?
    /// Acquisitions of a lock that the same call had held before.
    public var again: UInt64
  }

  public struct Instance: Sendable {
    public var address: UInt64
    public var count: UInt64
    /// Nanoseconds held.
    public var sum: Double
    public var max: Double
  }

  public var waits: [Wait] = []
  public var failedTries: [FailedTry] = []
  public var takers: [Taker] = []
  /// Classes held when this one was taken, with how often.
  public var after: [(name: String, count: UInt64)] = []
  public var instances: [Instance] = []
  /// Acquisitions in interrupts' handlers, elsewhere with interrupts off, and with interrupts on.
  public var contexts: (interrupt: UInt64, interruptsOff: UInt64, interruptsOn: UInt64) = (0, 0, 0)
}

extension TraceModel {
  /// What is known of a lock class; all of it but waits and failed tries only from the time when the key `locks` was on.
  public func lockDetail(_ lockClass: Int, of session: Session) -> LockDetail {
    let names = names(of: session)
    func facts(_ kind: LockFactKind) -> [LockFact] { session.lockFacts(kind).filter { $0.lockClass == lockClass } }
    func nanoseconds(_ tsc: UInt64) -> Double { session.nanoseconds(tsc: tsc) ?? .nan }
    var detail = LockDetail()
    func place(_ address: UInt64) -> String { names?.function(at: address) ?? "0x" + String(address, radix: 16) }
    detail.waits = facts(.wait).sorted { $0.sum > $1.sum }.map {
      LockDetail.Wait(
        holder: names?.site(Int(clamping: $0.first)) ?? "site \($0.first)", waiter: place($0.second), count: $0.count,
        sum: nanoseconds($0.sum), max: nanoseconds($0.max))
    }
    detail.failedTries = facts(.failedTry).sorted { $0.count > $1.count }.map {
      LockDetail.FailedTry(place: place($0.second), count: $0.count)
    }
    detail.takers = takers(facts(.call), again: facts(.again), session)
    detail.after = session.lockOrder.edges.filter { $0.inner == lockClass }.sorted { $0.count > $1.count }.map {
      (lockName($0.outer, of: session), $0.count)
    }
    detail.instances = facts(.instance).sorted { $0.count > $1.count }.map {
      LockDetail.Instance(address: $0.second, count: $0.count, sum: nanoseconds($0.sum), max: nanoseconds($0.max))
    }
    for fact in facts(.call) {
      if fact.second & LockContext.interrupt != 0 {
        detail.contexts.interrupt += fact.count
      } else if fact.second & LockContext.interruptsOff != 0 {
        detail.contexts.interruptsOff += fact.count
      } else {
        detail.contexts.interruptsOn += fact.count
      }
    }
    return detail
  }

  private func takers(_ calls: [LockFact], again: [LockFact], _ session: Session) -> [LockDetail.Taker] {
    Dictionary(grouping: calls, by: \.first).map { row, facts in
      let made = session.systemCalls[Int(clamping: row)]?.count ?? 0
      let count = facts.reduce(0) { $0 + $1.count }
      return LockDetail.Taker(
        name: Self.takerName(row), count: count, perCall: made > 0 ? Double(count) / Double(made) : nil,
        again: again.filter { $0.first == row }.reduce(0) { $0 + $1.count })
    }
    .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  /// The name of what a lock fact's row stands for.
  public static func takerName(_ row: UInt64) -> String {
    switch row {
    case LockTaker.noCall: "no system call"
    case LockTaker.interrupt: "interrupt"
    default: systemCallName(Int(clamping: row))
    }
  }
}

extension LockDetail {
  /// Members of the lock's object in `dump --json`.
  var json: [(String, JSONValue)] {
    [
      (
        "waits",
        .array(
          waits.map {
            .object([
              ("holder", .string($0.holder)), ("waiter", .string($0.waiter)), ("count", .integer($0.count)),
              ("sum_ns", .number($0.sum)), ("max_ns", .number($0.max)),
            ])
          })
      ),
      (
        "failed_tries",
        .array(failedTries.map { .object([("place", .string($0.place)), ("count", .integer($0.count))]) })
      ),
      (
        "taken_by",
        .array(
          takers.map {
            .object([
              ("name", .string($0.name)), ("count", .integer($0.count)),
              ("per_call", $0.perCall.map { .number($0) } ?? .null), ("again", .integer($0.again)),
            ])
          })
      ),
      ("after", .object(after.map { ($0.name, .integer($0.count)) })),
      (
        "instances",
        .array(
          instances.map {
            .object([
              ("address", .string("0x" + String($0.address, radix: 16))), ("count", .integer($0.count)),
              ("hold_sum_ns", .number($0.sum)), ("hold_max_ns", .number($0.max)),
            ])
          })
      ),
      (
        "contexts",
        .object([
          ("interrupt", .integer(contexts.interrupt)), ("interrupts_off", .integer(contexts.interruptsOff)),
          ("interrupts_on", .integer(contexts.interruptsOn)),
        ])
      ),
    ]
  }
}
