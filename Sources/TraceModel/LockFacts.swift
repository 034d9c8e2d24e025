// What a session knows of locks beyond their counters, as sums over the CPUs: who made whom wait, which system call
// takes what, in which order and context. Cumulative; a fact that has not come yet is not there.
import Tracer

/// One fact about a lock class; what the numbers mean is the kind's (`LockFactKind`).
public struct LockFact: Sendable, Equatable {
  public var kind: LockFactKind
  public var lockClass: Int
  public var first: UInt64
  public var second: UInt64
  public var count: UInt64
  /// TSC ticks, where the kind has them.
  public var sum: UInt64
  public var max: UInt64
}

/// The facts of a session as its CPUs told them.
struct LockFacts: Sendable {
  struct Key: Hashable, Sendable {
    var first: UInt64
    var second: UInt64
  }

  struct Value: Sendable {
    var count: UInt64
    var sum: UInt64
    var max: UInt64
  }

  private var rows: [Key: [Int: Value]] = [:]
  /// Per CPU, what found no room in the kernel.
  private(set) var refused: [Int: UInt64] = [:]
  /// No kernel has more: a stream that says so is not believed.
  private static let limit = 1 << 16

  mutating func update(_ key: Key, cpu: Int, _ value: Value) {
    guard rows.count < Self.limit || rows[key] != nil else { return }
    rows[key, default: [:]][cpu] = value
  }

  mutating func setRefused(_ count: UInt64, cpu: Int) { refused[cpu] = count }

  func facts(of kind: LockFactKind, cpu: Int? = nil) -> [LockFact] {
    rows.compactMap { key, values in
      guard key.first & 15 == kind.rawValue else { return nil }
      var fact = LockFact(
        kind: kind, lockClass: Int(key.first >> 4 & 0xff), first: key.first >> 12, second: key.second, count: 0,
        sum: 0, max: 0)
      for (number, value) in values where cpu == nil || cpu == number {
        fact.count &+= value.count
        fact.sum &+= value.sum
        fact.max = max(fact.max, value.max)
      }
      return fact
    }
    .filter { $0.count > 0 }
    .sorted { ($0.lockClass, $0.first, $0.second) < ($1.lockClass, $1.first, $1.second) }
  }
}

extension Session {
  /// The facts of one kind, by class and numbers.
  public func lockFacts(_ kind: LockFactKind) -> [LockFact] { facts.facts(of: kind) }

  /// Threads that waited for a CPU: on average over the scheduler's ticks, and at most; nil before the first tick.
  public func runQueue(of cpu: Int) -> (mean: Double, max: UInt64)? {
    facts.facts(of: .runQueue, cpu: cpu).first.map { (Double($0.sum) / Double($0.count), $0.max) }
  }

  /// Interrupts that a CPU has taken while the key `scheduler` was on.
  public func interrupts(of cpu: Int) -> UInt64 {
    facts.facts(of: .interrupt, cpu: cpu).reduce(0) { $0 &+ $1.count }
  }

  /// Facts that the kernel had no room for.
  public var refusedLockFacts: UInt64 { facts.refused.values.reduce(0, &+) }

  mutating func applyLockFacts(_ reader: inout FrameReader) -> Bool {
    guard let generation = reader.varint(), let cpu = reader.byte(), let refused = reader.varint() else { return false }
    var rows: [(LockFacts.Key, LockFacts.Value)] = []
    while !reader.isAtEnd {
      guard let first = reader.varint(), let second = reader.varint(), let count = reader.varint(),
        let sum = reader.varint(), let max = reader.varint()
      else { return false }
      rows.append((LockFacts.Key(first: first, second: second), LockFacts.Value(count: count, sum: sum, max: max)))
    }
    guard accept(generation: generation) else { return true }
    facts.setRefused(refused, cpu: Int(cpu))
    for (key, value) in rows { facts.update(key, cpu: Int(cpu), value) }
    return true
  }
}
