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
      if value > 0 { body(node, path(to: node), value) }
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

  /// The names for which a test holds, by number.
  public func names(where isWanted: (String) -> Bool) -> [Bool] { (0..<UInt32(names.count)).map { isWanted(names.string($0)) } }

  private func path(to node: UInt32) -> [UInt32] {
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
