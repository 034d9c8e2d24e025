// A comparison by function: own value, and value with all that it calls; a function counts once a stack.

extension FlameDiff {
  public struct Function: Sendable {
    public var name: String
    public var ownBefore: UInt128 = 0
    public var ownAfter: UInt128 = 0
    public var before: UInt128 = 0
    public var after: UInt128 = 0
    /// Standard deviations between the shares.
    public var z = 0.0
    public var isNoise: Bool { abs(z) < NoiseTest.deviations }
  }

  /// All functions, the largest difference first.
  public var functions: [Function] {
    var functions = (0..<UInt32(union.nameCount)).map { Function(name: union.name($0)) }
    var isUsed = [Bool](repeating: false, count: functions.count)
    union.forEachStack { node, frames, _ in
      let (before, after) = (before[Int(node)], after[Int(node)])
      if let last = frames.last {
        functions[Int(last)].ownBefore += before
        functions[Int(last)].ownAfter += after
      }
      for frame in Set(frames) {
        functions[Int(frame)].before += before
        functions[Int(frame)].after += after
        isUsed[Int(frame)] = true
      }
    }
    return functions.indices.filter { isUsed[$0] }.map { tested(functions[$0]) }.sorted {
      let (one, other) = (Self.distance($0), Self.distance($1))
      return one != other ? one > other : $0.name < $1.name
    }
  }

  private static func distance(_ function: Function) -> UInt128 {
    function.after > function.before ? function.after - function.before : function.before - function.after
  }

  private func tested(_ function: Function) -> Function {
    var function = function
    let shares = (share(function.before, totals.before), share(function.after, totals.after))
    function.z = test.z(shares.0, shares.1)
    return function
  }

  func share(_ part: UInt128, _ whole: UInt128) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }

  /// The function that is no noise and grew by the largest part of the whole, and that part: what a threshold is for.
  public var worst: (function: Function, growth: Double)? {
    let whole = Double(max(totals.before, 1))
    return functions.filter { !$0.isNoise && $0.after > $0.before }
      .map { ($0, Double($0.after - $0.before) / whole) }.max {
        // Of callers and the callee that made them grow, the callee.
        ($0.1, $0.0.ownAfter, $1.0.name) < ($1.1, $1.0.ownAfter, $0.0.name)
      }
  }

  /// A value in units of the union's decimals.
  public static func text(_ value: UInt128, decimals: Int) -> String { Quantity.decimal(value, decimals) }
}
