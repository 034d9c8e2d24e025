// What a ratio Apus/Linux means, in the two scales in which such suites were published.

enum Verdict: String, Codable, Sendable, CaseIterable {
  case faster, ok, marginal, regression

  /// Faster up to 0.90, ok up to 1.00, marginal up to 1.10.
  init(ratio: Double) { self.init(ratio, ok: 1.00, marginal: 1.10) }

  /// The older scale: ok up to 1.10, marginal up to 2.00.
  init(olderScale ratio: Double) { self.init(ratio, ok: 1.10, marginal: 2.00) }

  private init(_ ratio: Double, ok: Double, marginal: Double) {
    self = ratio <= 0.90 ? .faster : ratio <= ok ? .ok : ratio <= marginal ? .marginal : .regression
  }
}

/// A ratio with its range. Exact figures have a range of one point.
struct Ratio: Sendable, Equatable {
  let value: Double
  let low: Double
  let high: Double

  /// Nil when the range reaches from one verdict into another: no verdict inside the spread.
  var verdict: Verdict? { Verdict(ratio: low) == Verdict(ratio: high) ? Verdict(ratio: value) : nil }
  var olderVerdict: Verdict? {
    Verdict(olderScale: low) == Verdict(olderScale: high) ? Verdict(olderScale: value) : nil
  }

  init(_ ours: Figure, to theirs: Figure) {
    value = ours.perIteration / theirs.perIteration
    low = ours.quartiles.low / theirs.quartiles.high
    high = ours.quartiles.high / theirs.quartiles.low
  }
}
