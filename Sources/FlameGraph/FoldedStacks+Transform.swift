// Stacks made of other stacks: filtered, turned about, shortened.
//
// A transformation sees each stack with a value once, as numbers of names, outermost first. Names keep their numbers.

extension FoldedStacks {
  /// The stacks that `change` makes of these; nil leaves one out. `nodes` tells where each node's stack has gone, 0 for
  /// those that are gone or had none.
  public func mapped(_ change: ([UInt32]) -> [UInt32]?) -> (stacks: FoldedStacks, nodes: [UInt32]) {
    var result = FoldedStacks()
    for id in 0..<UInt32(names.count) {
      _ = Array(names.utf8(id)).withUnsafeBufferPointer { result.intern($0) }
    }
    var moved = [UInt32](repeating: 0, count: nodes.count)
    forEachStack { node, frames, value in
      guard let changed = change(frames) else { return }
      var end: UInt32 = 0
      for frame in changed { end = result.child(of: end, frame) }
      result.add(value, decimals: decimals, to: end)
      moved[Int(node)] = end
    }
    return (result, moved)
  }

  /// Every stack with a value: its node, its names, its value.
  public func forEachStack(_ body: (_ node: UInt32, _ frames: [UInt32], _ value: UInt128) -> Void) {
    for node in 0..<UInt32(nodes.count) {
      let value = value(of: node)
      if value > 0 { body(node, pathIDs(to: node), value) }
    }
  }

  /// Callees above callers: the innermost frame comes first.
  public func reversed() -> FoldedStacks { mapped { $0.reversed() }.stacks }

  /// A frame that calls itself, without others between, is one.
  public static func withoutRecursion(_ frames: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    for frame in frames where frame != result.last { result.append(frame) }
    return result
  }

  /// The same stacks with other names; names that become equal are one.
  public func renamed(_ change: (String) -> String) -> FoldedStacks {
    var result = FoldedStacks()
    let ids = (0..<UInt32(names.count)).map { result.intern(change(names.string($0))) }
    forEachStack { _, frames, value in
      var end: UInt32 = 0
      for frame in frames { end = result.child(of: end, ids[Int(frame)]) }
      result.add(value, decimals: decimals, to: end)
    }
    return result
  }

  /// The names for which a test holds, by number.
  public func names(where isWanted: (String) -> Bool) -> [Bool] {
    (0..<UInt32(names.count)).map { isWanted(names.string($0)) }
  }

  /// Numbers of names from the outermost to that of the node, the root's left out.
  package func pathIDs(to node: UInt32) -> [UInt32] {
    var ids: [UInt32] = []
    var node = node
    while node != 0 {
      ids.append(nodes[Int(node)].name)
      node = nodes[Int(node)].parent
    }
    ids.reverse()
    return ids
  }
}

extension FoldedStacks {
  /// A number as people write it, exact.
  public struct Amount: Sendable {
    var value: UInt64
    var decimals: Int

    /// Nil for what is no number of 0 or more below 2^64.
    public init?(_ text: String) {
      var count = FoldedCount()
      let reason = Array(text.utf8).withUnsafeBufferPointer { count.read($0) }
      guard reason == nil else { return nil }
      (value, decimals) = (count.value, count.decimals)
    }
  }

  /// All values times an amount.
  public func multiplied(by amount: Amount) -> FoldedStacks {
    var result = self
    result.removeValues()
    for node in 0..<UInt32(nodes.count) {
      let (product, isOver) = value(of: node).multipliedReportingOverflow(by: UInt128(amount.value))
      let digits = decimals + amount.decimals
      let excess = max(0, digits - Self.decimalLimit)
      let kept = isOver ? UInt128.max >> 8 : product / Self.power(excess)
      if kept > 0 { result.add(kept, decimals: digits - excess, to: node) }
    }
    return result
  }

  /// Gives the root what is missing to a sum; false when there is more already.
  public mutating func fill(to amount: Amount) -> Bool {
    let digits = max(decimals, amount.decimals)
    let wanted = UInt128(amount.value) * Self.power(digits - amount.decimals)
    let sum = sum * Self.power(digits - decimals)
    guard wanted >= sum else { return false }
    if wanted > sum { add(wanted - sum, decimals: digits, to: 0) }
    return true
  }

  /// Two trees side by side: what a function calls, and by what it is called, innermost caller first. Both count every
  /// stack that has the function, from its outermost call on.
  public func sandwich(of function: String) -> FoldedStacks {
    let wanted = names { $0 == function }
    var result = FoldedStacks()
    let (callees, callers) = (result.intern("callees of \(function)"), result.intern("callers of \(function)"))
    let renamed = (0..<UInt32(names.count)).map { result.intern(names.string($0)) }
    forEachStack { _, frames, value in
      guard let place = frames.firstIndex(where: { wanted[Int($0)] }) else { return }
      var down = result.child(of: 0, callees)
      for frame in frames[place...] { down = result.child(of: down, renamed[Int(frame)]) }
      result.add(value, decimals: decimals, to: down)
      var up = result.child(of: 0, callers)
      for frame in frames[...place].reversed() { up = result.child(of: up, renamed[Int(frame)]) }
      result.add(value, decimals: decimals, to: up)
    }
    return result
  }
}
