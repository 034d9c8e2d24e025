import Testing
import Tracer

@Suite struct HistogramTests {
  @Test func everyValueIsInItsBucket() {
    var value: UInt64 = 0
    while value < 1 << 40 {
      let bucket = Histogram.bucket(of: value)
      #expect(Histogram.lowerBound(bucket) <= value)
      #expect(bucket == Histogram.bucketCount - 1 || value < Histogram.lowerBound(bucket + 1))
      value += max(1, value / 37)
    }
  }

  @Test func midpointIsWithinAThirtySecond() {
    for bucket in 16..<Histogram.bucketCount {
      let low = Double(Histogram.lowerBound(bucket))
      let high = bucket == 591 ? Double(UInt64(1) << 40) - 1 : Double(Histogram.lowerBound(bucket + 1)) - 1
      let middle = Double(Histogram.midpoint(bucket))
      #expect(abs(middle - low) / low <= 0.0313)
      #expect(abs(high - middle) / high <= 0.0313)
    }
  }

  @Test func hugeValuesShareTheLastBucket() {
    #expect(Histogram.bucket(of: UInt64.max) == 591)
    #expect(Histogram.bucket(of: 1 << 40) == 591)
    #expect(Histogram.bucket(of: 0) == 0)
  }
}

@Suite struct TickShiftTests {
  @Test(arguments: [(1_000_000_000, 3), (2_666_666_667, 4), (3_000_000_000, 4), (2_000_000_000, 4), (100_000_000, 0)])
  func nearestToSixNanoseconds(hertz: UInt64, shift: Int) {
    #expect(TickShift.forClock(hertz: hertz) == shift)
  }
}
