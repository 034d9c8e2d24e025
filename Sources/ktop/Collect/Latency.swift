// Counts and latencies of one system call or span as views need them: with a name, and comparable with earlier ones.
// Durations inside are TSC ticks; what functions give is nanoseconds.

import LinuxABI
import TraceModel
import Tracer

struct Latency: Sendable {
  var number: Int
  var name: String
  /// Occurrences a second, lately.
  var rate: Double
  var count: UInt64
  var errors: UInt64
  var unimplemented: UInt64
  var errnos: [Int: UInt64]
  /// Nanoseconds; NaN before the first HELLO.
  var sum: Double
  var min: Double
  var max: Double
  /// Occurrences by bucket of `Histogram`.
  var buckets: [UInt64]
  /// Nanoseconds a TSC tick.
  var scale: Double

  var mean: Double { count > 0 ? sum / Double(count) : .nan }

  /// Nanoseconds below which a share `q` of all lies, wrong by 3.13 % at most; nil without a histogram.
  func quantile(_ q: Double) -> Double? {
    let total = buckets.reduce(0, &+)
    guard total > 0 else { return nil }
    let rank = Swift.max(1, UInt64((q * Double(total)).rounded(.up)))
    var seen: UInt64 = 0
    for (index, occurrences) in buckets.enumerated() {
      seen &+= occurrences
      if seen >= rank { return clamp(Double(Histogram.midpoint(index)) * scale) }
    }
    return max
  }

  // The histogram may be newer than the extremes.
  private func clamp(_ value: Double) -> Double {
    guard max > 0, min <= max else { return value }
    return Swift.min(Swift.max(value, min), max)
  }

  /// Failures by name, the most frequent first.
  var namedErrnos: [(name: String, count: UInt64)] {
    errnos.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      (Errno(rawValue: Int32($0.key)).description, $0.value)
    }
  }

  /// What has happened since `earlier`; extremes are those of the buckets that changed. All of it after a reset.
  func since(_ earlier: Latency) -> Latency {
    guard count >= earlier.count else { return self }
    var change = self
    change.count -= earlier.count
    change.sum -= earlier.sum
    change.errors = errors >= earlier.errors ? errors - earlier.errors : errors
    change.unimplemented = unimplemented >= earlier.unimplemented ? unimplemented - earlier.unimplemented : 0
    for (errno, then) in earlier.errnos { change.errnos[errno] = (errnos[errno] ?? 0) &- then }
    guard buckets.count == earlier.buckets.count else { return change }
    change.buckets = zip(buckets, earlier.buckets).map { $0 >= $1 ? $0 - $1 : $0 }
    let used = change.buckets.indices.filter { change.buckets[$0] > 0 }
    change.min = used.first.map { Double(Histogram.lowerBound($0)) * scale } ?? 0
    change.max = used.last.map { Swift.min(max, Double(Histogram.midpoint($0)) * scale) } ?? 0
    return change
  }
}

extension Latency {
  init(_ number: Int, _ name: String, _ counter: Counter, _ session: Session) {
    let scale = session.nanoseconds(tsc: 1) ?? .nan
    self.init(
      number: number, name: name, rate: Self.perSecond(session) { counter.rate(now: $0, staleAfter: $1) },
      count: counter.count, errors: counter.errors, unimplemented: counter.unimplemented, errnos: counter.errnos,
      sum: Double(counter.sum) * scale, min: Double(counter.min) * scale, max: Double(counter.max) * scale,
      buckets: counter.buckets, scale: scale)
  }

  // A rate is stale when two seconds have brought no news of its row.
  private static func perSecond(_ session: Session, _ rate: (UInt64, UInt64) -> Double) -> Double {
    guard let second = session.ticksPerSecond else { return 0 }
    return rate(session.time, second * 2) * Double(second)
  }
}
