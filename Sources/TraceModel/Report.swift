// A session as rows with names and nanoseconds: what tables, panels and JSON show.
import LinuxABI

/// One system call or span, ready to print. Durations in nanoseconds, NaN before the first HELLO.
public struct LatencyRow: Sendable {
  public var number: Int
  public var name: String
  public var count: UInt64
  /// Occurrences a second between the last two snapshots.
  public var rate: Double
  public var errors: UInt64
  public var unimplemented: UInt64
  /// Failures by name of the errno, in the order of their numbers.
  public var errnos: [(name: String, count: UInt64)]
  public var sum: Double
  public var min: Double
  public var max: Double
  public var p50: Double?
  public var p90: Double?
  public var p99: Double?
}

/// One lock class, ready to print. Waits in nanoseconds.
public struct LockRow: Sendable {
  public var number: Int
  public var name: String
  public var rank: Int?
  public var acquired: UInt64
  public var rate: Double
  public var contended: UInt64
  public var waitSum: Double
  public var waitMax: Double
  /// Of waits that were: nil without any.
  public var waitP50: Double?
  public var waitP99: Double?
  /// Times it was held, while the key `locks` was on.
  public var held: UInt64
  public var holdSum: Double
  public var holdMax: Double
  public var holdP50: Double?
  public var holdP99: Double?
  /// Who made others wait longest.
  public var worstHolder: String?
}

extension TraceModel {
  /// System calls that were made, by number.
  public func systemCallRows(of session: Session) -> [LatencyRow] {
    session.systemCalls.filter { $0.value.count > 0 }.sorted { $0.key < $1.key }.map {
      latencyRow($0.key, Self.systemCallName($0.key), $0.value, session)
    }
  }

  public func spanRows(of session: Session) -> [LatencyRow] {
    session.spans.filter { $0.value.count > 0 }.sorted { $0.key < $1.key }.map {
      latencyRow($0.key, spanName($0.key, of: session), $0.value, session)
    }
  }

  public func lockRows(of session: Session) -> [LockRow] {
    let names = names(of: session)
    func nanoseconds(_ tsc: UInt64) -> Double { session.nanoseconds(tsc: tsc) ?? .nan }
    let waits = Dictionary(grouping: session.lockFacts(.wait), by: \.lockClass)
    return session.locks.sorted { $0.key < $1.key }.map { number, lock in
      let wait = session.lockWaits[number]
      let hold = session.lockHolds[number]
      let holder = waits[number].flatMap {
        Dictionary(grouping: $0, by: \.first).max { $0.value.ticks < $1.value.ticks }
      }
      return LockRow(
        number: number, name: names?.locks[number] ?? "lock_\(number)", rank: names?.lockRanks[number],
        acquired: lock.acquired, rate: perSecond(session) { lock.rate(now: $0, staleAfter: $1) },
        contended: lock.contended, waitSum: session.nanoseconds(tsc: lock.waitSum) ?? .nan,
        waitMax: session.nanoseconds(tsc: lock.waitMax) ?? .nan,
        waitP50: wait?.quantile(0.5).map(nanoseconds), waitP99: wait?.quantile(0.99).map(nanoseconds),
        held: hold?.count ?? 0, holdSum: nanoseconds(hold?.sum ?? 0), holdMax: nanoseconds(hold?.max ?? 0),
        holdP50: hold?.quantile(0.5).map(nanoseconds), holdP99: hold?.quantile(0.99).map(nanoseconds),
        worstHolder: holder.map { names?.site(Int(clamping: $0.key)) ?? "site \($0.key)" })
    }
  }

  public static func systemCallName(_ number: Int) -> String {
    number == 512 ? "other" : SyscallNumber(rawValue: number).description
  }

  public func spanName(_ id: Int, of session: Session) -> String { names(of: session)?.spans[id] ?? "span_\(id)" }

  public func lockName(_ number: Int, of session: Session) -> String {
    names(of: session)?.locks[number] ?? "lock_\(number)"
  }

  /// The place of a number that a lock fact names.
  public func siteName(_ site: Int, of session: Session) -> String {
    site == 0 ? "unknown" : names(of: session)?.site(site) ?? "site \(site)"
  }

  /// The printed form of a tree node's label.
  public func name(of label: SpanTree.Label, in session: Session) -> String {
    switch label {
    case .thread(let name): return name
    case .systemCall(let number): return Self.systemCallName(number)
    case .span(let id): return spanName(id, of: session)
    }
  }

  private func latencyRow(_ number: Int, _ name: String, _ counter: Counter, _ session: Session) -> LatencyRow {
    func nanoseconds(_ tsc: UInt64) -> Double { session.nanoseconds(tsc: tsc) ?? .nan }
    return LatencyRow(
      number: number, name: name, count: counter.count,
      rate: perSecond(session) { counter.rate(now: $0, staleAfter: $1) }, errors: counter.errors,
      unimplemented: counter.unimplemented,
      errnos: counter.errnos.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map {
        (Errno(rawValue: Int32($0.key)).description, $0.value)
      },
      sum: nanoseconds(counter.sum), min: nanoseconds(counter.min), max: nanoseconds(counter.max),
      p50: counter.quantile(0.5).map(nanoseconds), p90: counter.quantile(0.9).map(nanoseconds),
      p99: counter.quantile(0.99).map(nanoseconds))
  }

  // A rate is stale when two seconds have brought no news of its row.
  private func perSecond(_ session: Session, _ rate: (UInt64, UInt64) -> Double) -> Double {
    guard let second = session.ticksPerSecond else { return 0 }
    return rate(session.time, second * 2) * Double(second)
  }
}

extension [LockFact] {
  fileprivate var ticks: UInt64 { reduce(0) { $0 &+ $1.sum } }
}
