// Which part of the recent past counts, and how much: all of a stretch of time alike, or what is old less and less.

import Glibc

public enum TimeWindow: Sendable, Hashable {
  /// The last seconds.
  case last(Double)
  /// All there is, but what is so many seconds old counts half, twice as old a quarter.
  case fading(halfLife: Double)

  /// How much counts what is so many seconds old: 0 to 1.
  public func weight(ofAge seconds: Double) -> Double {
    switch self {
    case .last(let length): return seconds < length ? 1 : 0
    case .fading(let halfLife):
      // Below a thousandth nothing is to be seen any more.
      return seconds > 10 * halfLife ? 0 : exp2(-max(0, seconds) / halfLife)
    }
  }
}
