// The children of every node of a tree of stacks, in the order of their names' bytes.
//
// The order depends on names only, never on that of the input, so equal stacks make equal pictures. Two counting
// sorts: nodes by the rank of their name, then, stably, by parent; the time is linear in the number of nodes.

struct SiblingOrder {
  /// Children of node n are `children[starts[n]..<starts[n + 1]]`.
  private var starts: [UInt32]
  private var children: [UInt32]

  init(_ stacks: FoldedStacks) {
    let byName = Self.nodesByName(stacks)
    starts = [UInt32](repeating: 0, count: stacks.nodes.count + 2)
    for node in stacks.nodes.dropFirst() { starts[Int(node.parent) + 2] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    children = [UInt32](repeating: 0, count: stacks.nodes.count - 1)
    // `starts` is filled one place ahead, so that counting up leaves it where it must be.
    for node in byName where node != 0 {
      let next = Int(stacks.nodes[Int(node)].parent) + 1
      children[Int(starts[next])] = node
      starts[next] += 1
    }
  }

  func children(of node: UInt32) -> ArraySlice<UInt32> { children[Int(starts[Int(node)])..<Int(starts[Int(node) + 1])] }

  private static func nodesByName(_ stacks: FoldedStacks) -> [UInt32] {
    let ids = (0..<UInt32(stacks.names.count)).sorted {
      stacks.names.utf8($0).lexicographicallyPrecedes(stacks.names.utf8($1))
    }
    var rank = [Int](repeating: 0, count: ids.count)
    for (position, id) in ids.enumerated() { rank[Int(id)] = position }
    var starts = [UInt32](repeating: 0, count: ids.count + 1)
    for node in stacks.nodes { starts[rank[Int(node.name)] + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    var sorted = [UInt32](repeating: 0, count: stacks.nodes.count)
    for (index, node) in stacks.nodes.enumerated() {
      sorted[Int(starts[rank[Int(node.name)]])] = UInt32(index)
      starts[rank[Int(node.name)]] += 1
    }
    return sorted
  }
}
