// Two profiles compared: every stack of either, with both values, so that what vanished is seen as well as what came.
//
// `before` may be scaled to the size of `after`, which compares shares in place of amounts. A difference is called noise
// when two random draws of the same profile would differ as much: the z-test of two proportions, on the numbers of
// samples (a value divided by what one sample counts), below three standard deviations. Amounts that are not scaled are
// tested as counts, by the test of two Poisson rates. Three and not two, because a profile has hundreds of functions and
// all of them are tested.

public struct FlameDiff: Sendable {
  public struct Side: Sendable {
    public var stacks: FoldedStacks
    /// How much one sample counts.
    public var period: Double
    public init(_ stacks: FoldedStacks, period: Double = 1) {
      self.stacks = stacks
      self.period = max(period, .leastNormalMagnitude)
    }
  }

  /// All stacks of both; a value is the larger of the two.
  public private(set) var union = FoldedStacks()
  /// Own values by node of the union, in units of its decimals; `before` is scaled.
  public private(set) var before: [UInt128] = []
  public private(set) var after: [UInt128] = []
  public private(set) var totals: (before: UInt128, after: UInt128) = (0, 0)
  public let test: NoiseTest
  public let isNormalized: Bool

  public init(_ before: Side, _ after: Side, isNormalized: Bool = false) {
    self.isNormalized = isNormalized
    test = NoiseTest(before, after, isNormalized)
    let decimals = max(before.stacks.decimals, after.stacks.decimals)
    let one = Self.values(before.stacks, decimals, &union)
    let other = Self.values(after.stacks, decimals, &union)
    (self.before, self.after) = (Self.padded(one, union.nodeCount), Self.padded(other, union.nodeCount))
    if isNormalized { scale() }
    totals = (self.before.reduce(0, +), self.after.reduce(0, +))
    var merged = FoldedStacks()
    let nodes = merged.merge(union)
    for (index, node) in nodes.enumerated() {
      merged.add(max(self.before[index], self.after[index]), decimals: decimals, to: node)
    }
    union = merged
  }

  /// Adds the stacks without their values; returns those, by node of the union.
  private static func values(_ stacks: FoldedStacks, _ decimals: Int, _ union: inout FoldedStacks) -> [UInt128] {
    var bare = stacks
    bare.removeValues()
    let nodes = union.merge(bare)
    var values = [UInt128](repeating: 0, count: union.nodeCount)
    let factor = FoldedStacks.power(decimals - stacks.decimals)
    for (index, node) in nodes.enumerated() { values[Int(node)] += stacks.value(of: UInt32(index)) * factor }
    return values
  }

  private static func padded(_ values: [UInt128], _ count: Int) -> [UInt128] {
    values + [UInt128](repeating: 0, count: count - values.count)
  }

  private mutating func scale() {
    let (from, to) = (before.reduce(0, +), after.reduce(0, +))
    guard from > 0, to > 0 else { return }
    before = before.map { value in
      let (product, isOver) = value.multipliedReportingOverflow(by: to)
      let (sum, isOverRounded) = product.addingReportingOverflow(from / 2)
      return isOver || isOverRounded ? UInt128((Double(value) / Double(from) * Double(to)).rounded()) : sum / from
    }
  }
}

/// Whether two shares, or the amounts that they stand for, differ by more than chance.
public struct NoiseTest: Sendable {
  public static let deviations = 3.0
  /// Samples of both sides.
  public let before: Double
  public let after: Double
  /// Whether shares are compared, or amounts.
  public let comparesShares: Bool

  init(_ before: FlameDiff.Side, _ after: FlameDiff.Side, _ comparesShares: Bool) {
    self.comparesShares = comparesShares
    self.before = Double(before.stacks.sum) / Double(FoldedStacks.power(before.stacks.decimals)) / before.period
    self.after = Double(after.stacks.sum) / Double(FoldedStacks.power(after.stacks.decimals)) / after.period
  }

  /// Standard deviations between two parts of the whole.
  public func z(_ before: Double, _ after: Double) -> Double {
    guard self.before > 0, self.after > 0 else { return .infinity }
    guard comparesShares else {
      let sum = before * self.before + after * self.after
      return sum > 0 ? (after * self.after - before * self.before) / sum.squareRoot() : 0
    }
    let pooled = (before * self.before + after * self.after) / (self.before + self.after)
    let variance = pooled * (1 - pooled) * (1 / self.before + 1 / self.after)
    return variance > 0 ? (after - before) / variance.squareRoot() : 0
  }
}
