// Counts and latencies of one system call or span: cumulative, as the kernel last sent them.
import Tracer

public struct Counter: Sendable {
  public internal(set) var count: UInt64 = 0
  /// Sum, smallest and largest duration, TSC ticks.
  public internal(set) var sum: UInt64 = 0
  public internal(set) var min: UInt64 = 0
  public internal(set) var max: UInt64 = 0
  /// Calls that failed, and among them with ENOSYS.
  public internal(set) var errors: UInt64 = 0
  public internal(set) var unimplemented: UInt64 = 0
  /// Failures by errno.
  public internal(set) var errnos: [Int: UInt64] = [:]
  /// Occurrences by bucket of `Histogram`; empty until the first histogram has come.
  public internal(set) var buckets: [UInt64] = []

  /// What was counted in one stretch of at least a second. Sum in TSC ticks.
  public struct Window: Sendable {
    public var count: UInt64
    public var sum: UInt64
  }

  /// The last stretches, oldest first; a minute of them at least.
  public var windows: [Window] {
    zip(marks, marks.dropFirst()).map { Window(count: $1.count &- $0.count, sum: $1.sum &- $0.sum) }
  }

  private var marks: [(time: UInt64, count: UInt64, sum: UInt64)] = []
  private static let markLimit = 128

  // The last two snapshots: when (ticks) and how many.
  private var latest: (time: UInt64, count: UInt64)?
  private var previous: (time: UInt64, count: UInt64)?

  /// Occurrences per tick between the last two snapshots; 0 when the last is older than `staleAfter` ticks at `now`.
  public func rate(now: UInt64, staleAfter: UInt64) -> Double {
    guard let latest, let previous, latest.time > previous.time else { return 0 }
    guard now < latest.time &+ staleAfter, latest.count >= previous.count else { return 0 }
    return Double(latest.count - previous.count) / Double(latest.time - previous.time)
  }

  /// The value below which a share `q` (0…1) of all durations lies, TSC ticks, wrong by 3.13 % at most. Nil without a
  /// histogram.
  public func quantile(_ q: Double) -> UInt64? {
    let total = buckets.reduce(0, &+)
    guard total > 0 else { return nil }
    let rank = Swift.max(1, UInt64((q * Double(total)).rounded(.up)))
    var seen: UInt64 = 0
    for (index, occurrences) in buckets.enumerated() {
      seen &+= occurrences
      if seen >= rank { return clamp(Histogram.midpoint(index)) }
    }
    return max
  }

  mutating func update(_ row: CountsRow, time: UInt64, second: UInt64) {
    if time >= (marks.last?.time ?? 0) &+ second || marks.isEmpty {
      marks.append((time, row.count, row.sum))
      if marks.count > Self.markLimit { marks.removeFirst(Self.markLimit / 2) }
    }
    count = row.count
    sum = row.sum
    min = row.min
    max = row.max
    errors = row.errors
    unimplemented = row.unimplemented
    if let latest, latest.time < time { previous = latest }
    latest = (time, row.count)
  }

  mutating func setBucket(_ index: Int, _ value: UInt64) {
    if buckets.isEmpty { buckets = Array(repeating: 0, count: Histogram.bucketCount) }
    buckets[index] = value
  }

  // The histogram may be newer than the extremes.
  private func clamp(_ value: UInt64) -> UInt64 {
    guard max > 0, min <= max else { return value }
    return Swift.min(Swift.max(value, min), max)
  }
}

/// A row of a COUNTS frame.
struct CountsRow {
  var index: Int
  var count: UInt64
  var sum: UInt64
  var min: UInt64
  var max: UInt64
  var errors: UInt64
  var unimplemented: UInt64

  init?(_ reader: inout FrameReader) {
    guard let index = reader.varint(), index < UInt64(RowIndex.count), let count = reader.varint(),
      let sum = reader.varint(), let min = reader.varint(), let max = reader.varint(), let errors = reader.varint(),
      let unimplemented = reader.varint()
    else { return nil }
    self.index = Int(index)
    self.count = count
    self.sum = sum
    self.min = min
    self.max = max
    self.errors = errors
    self.unimplemented = unimplemented
  }
}
