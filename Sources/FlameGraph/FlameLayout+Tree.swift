// Frames of a tree of stacks, in preorder, siblings in the order of their names' bytes.

extension FlameLayout {
  /// With all inside; nodes of `stacks`.
  static func widths(_ stacks: FoldedStacks, _ droppedBits: Int) -> [UInt64] {
    var widths = stacks.nodes.indices.map { UInt64(stacks.value(of: UInt32($0)) >> UInt128(droppedBits)) }
    for index in widths.indices.dropFirst().reversed() { widths[Int(stacks.nodes[index].parent)] += widths[index] }
    return widths
  }

  mutating func place(_ stacks: FoldedStacks, _ widths: [UInt64], _ nodes: inout [UInt32]) {
    let order = SiblingOrder(stacks)
    frames.reserveCapacity(widths.count)
    // What is still to be placed. A nil node closes its frame.
    var open: [(node: UInt32?, frame: Int)] = [(0, 0)]
    var depth: UInt32 = 0
    while let next = open.popLast() {
      guard let node = next.node else {
        frames[next.frame].end = UInt32(frames.count)
        depth -= 1
        continue
      }
      frames.append(Frame(name: stacks.nodes[Int(node)].name, depth: depth, end: 0, width: widths[Int(node)]))
      nodes.append(node)
      depth += 1
      levels = max(levels, Int(depth))
      open.append((nil, frames.count - 1))
      // Children go on the stack in reverse, so that the leftmost is placed first.
      for child in order.children(of: node).reversed() where widths[Int(child)] > 0 { open.append((child, 0)) }
    }
  }
}
