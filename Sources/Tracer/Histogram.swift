// Log-linear histogram of durations: 16 buckets an octave, so a value is known to 1/16 of itself and a quantile taken
// from the middle of its bucket is wrong by at most 1/32 (3.13 %).
//
// Buckets count values in TSC ticks. Values below 16 are exact; values of 2^40 and more share the last bucket.

public enum Histogram {
  /// Buckets of one histogram.
  public static var bucketCount: Int { 592 }

  /// The bucket of `value`.
  @inline(__always)
  public static func bucket(of value: UInt64) -> Int { bucket(ofShort: value < 1 << 40 ? value : (1 << 40) - 1) }

  /// The bucket of a value known to be below 2^40.
  @inline(__always)
  public static func bucket(ofShort value: UInt64) -> Int {
    let exponent = UInt64(truncatingIfNeeded: 63 &- (value | 16).leadingZeroBitCount) &- 4
    return Int(truncatingIfNeeded: exponent &<< 4 &+ value &>> exponent)
  }

  /// The smallest value of a bucket.
  public static func lowerBound(_ bucket: Int) -> UInt64 {
    if bucket < 32 { return UInt64(bucket) }
    let exponent = bucket / 16 - 1
    return UInt64(bucket % 16 + 16) << UInt64(exponent)
  }

  /// The middle of a bucket: the estimate for every value in it.
  public static func midpoint(_ bucket: Int) -> UInt64 {
    let width: UInt64 = bucket < 32 ? 1 : 1 << UInt64(bucket / 16 - 1)
    return lowerBound(bucket) + width / 2
  }
}
