// A histogram in powers of two.

import Tracer

/// A histogram's buckets by powers of two of TSC ticks.
struct Octaves {
  private(set) var counts = [UInt64](repeating: 0, count: 41)

  init(_ buckets: [UInt64]) {
    for (index, count) in buckets.enumerated() where count > 0 {
      counts[63 - (Histogram.lowerBound(index) | 1).leadingZeroBitCount] &+= count
    }
  }

  var range: ClosedRange<Int>? {
    guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
      return nil
    }
    return first...last
  }
}
