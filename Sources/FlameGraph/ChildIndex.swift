// Finds the child of a node by its name: open addressing by both.
//
// A slot holds the node's number, 0 when it is free: the root is nobody's child. The nodes are the caller's.

struct ChildIndex: Sendable {
  private var slots = [UInt32](repeating: 0, count: 64)

  /// The child, or the slot for it when there is none.
  func find(_ parent: UInt32, _ name: UInt32, _ nodes: [FoldedStacks.Node]) -> (node: UInt32?, slot: Int) {
    var slot = place(parent, name)
    while slots[slot] != 0 {
      let node = nodes[Int(slots[slot])]
      if node.parent == parent, node.name == name { return (slots[slot], slot) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return (nil, slot)
  }

  /// Takes in the last node.
  mutating func insert(_ nodes: [FoldedStacks.Node], at slot: Int) {
    slots[slot] = UInt32(nodes.count - 1)
    if nodes.count * 3 > slots.count * 2 { grow(nodes) }
  }

  private func place(_ parent: UInt32, _ name: UInt32) -> Int {
    let mixed = (UInt64(parent) << 32 | UInt64(name)) &* ByteHash.prime
    return Int(mixed >> 32) & (slots.count - 1)
  }

  private mutating func grow(_ nodes: [FoldedStacks.Node]) {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for index in 1..<nodes.count {
      var slot = place(nodes[index].parent, nodes[index].name)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index)
    }
  }
}
