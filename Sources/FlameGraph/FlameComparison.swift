// What a differential picture knows of every frame besides its width: its values before and after.
//
// The shade says how large the change is, beside the largest of the picture, and which way; noise has none.

struct FlameComparison: Sendable {
  /// Own values by frame; scaled down as the widths are.
  let ownBefore: [UInt64]
  let ownAfter: [UInt64]
  /// With all inside.
  let before: [UInt64]
  let after: [UInt64]
  let test: NoiseTest
  private let largest: UInt64

  init(frames: [FlameLayout.Frame], before: [UInt64], after: [UInt64], test: NoiseTest) {
    (ownBefore, ownAfter, self.test) = (before, after, test)
    self.before = Self.sums(frames, before)
    self.after = Self.sums(frames, after)
    // The root would drown the others when totals differ.
    largest =
      frames.indices.dropFirst().map { [one = self.before, other = self.after] index in
        one[index] > other[index] ? one[index] - other[index] : other[index] - one[index]
      }.max() ?? 0
  }

  private static func sums(_ frames: [FlameLayout.Frame], _ own: [UInt64]) -> [UInt64] {
    var sums = own
    for index in frames.indices.reversed() {
      var child = index + 1
      while child < Int(frames[index].end) {
        sums[index] = sums[index].addingReportingOverflow(sums[child]).partialValue
        child = Int(frames[child].end)
      }
    }
    return sums
  }

  func isNoise(_ index: Int) -> Bool { abs(test.z(share(before, index), share(after, index))) < NoiseTest.deviations }

  private func share(_ values: [UInt64], _ index: Int) -> Double {
    values[0] > 0 ? Double(values[index]) / Double(values[0]) : 0
  }

  /// A shade of `FlamePalette.difference`; nil for noise.
  func shade(_ index: Int, isNegated: Bool) -> Int? {
    guard !isNoise(index), before[index] != after[index] else { return nil }
    let isMore = (after[index] > before[index]) != isNegated
    let size = Double(after[index] > before[index] ? after[index] - before[index] : before[index] - after[index])
    let strength = min(31, Int((size / Double(max(largest, 1)) * 31).rounded(.up)))
    return isMore ? 32 + strength : 31 - strength
  }
}

extension FlameLayout {
  public init(_ diff: FlameDiff) {
    var nodes: [UInt32] = []
    self.init(diff.union, nodes: &nodes)
    let bits = UInt128(droppedBits)
    comparison = FlameComparison(
      frames: frames, before: nodes.map { UInt64(clamping: diff.before[Int($0)] >> bits) },
      after: nodes.map { UInt64(clamping: diff.after[Int($0)] >> bits) }, test: diff.test)
  }
}
