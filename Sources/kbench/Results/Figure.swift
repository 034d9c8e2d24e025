// A row's figure on one kernel: of one exact run, or of several timed ones.

struct Figure: Codable, Equatable, Sendable {
  let iterations: Int
  /// Of each run: guest instructions, or nanoseconds of wall time.
  let totals: [UInt64]
  var locks: [String: Int]?

  /// Of one iteration: the median of the runs.
  var perIteration: Double { Self.median(totals) / Double(iterations) }

  /// The quartiles of one iteration.
  var quartiles: (low: Double, high: Double) {
    let sorted = totals.sorted()
    let half = sorted.count / 2
    guard half > 0 else { return (perIteration, perIteration) }
    return (
      Self.median(Array(sorted.prefix(half))) / Double(iterations),
      Self.median(Array(sorted.suffix(half))) / Double(iterations)
    )
  }

  /// How far the middle half of the runs lies apart, as a part of the median.
  var spread: Double { (quartiles.high - quartiles.low) / perIteration }

  private static func median(_ values: [UInt64]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? Double(sorted[middle]) : Double(sorted[middle - 1] + sorted[middle]) / 2
  }
}
