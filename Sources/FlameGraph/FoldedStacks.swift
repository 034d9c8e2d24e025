// Stacks and their values, merged into a tree as they come.
//
// A node is a frame below its callers; its value is that of the stack which ends there. Node 0 is the root, named
// "all", which every stack begins with though nobody says so. Parents stand before their children. A value that would
// pass 2^64 - 1 stays there; `sum` counts what is kept, exactly.

public struct FoldedStacks: Sendable {
  struct Node: Sendable {
    var parent: UInt32
    var name: UInt32
    var value: UInt64 = 0
  }

  private(set) var nodes: [Node]
  private(set) var names = NameArena()
  /// The sum of all values.
  private(set) var sum: UInt128 = 0
  /// Open addressing by (parent, name); a slot holds the node's number, 0 when it is free: the root is nobody's child.
  private var slots = [UInt32](repeating: 0, count: 64)

  public init() { nodes = [Node(parent: 0, name: names.intern("all"))] }

  /// The sum of all values, or 2^64 - 1 when it is larger.
  public var total: UInt64 { UInt64(clamping: sum) }
  public var isEmpty: Bool { sum == 0 }

  /// Adds a stack, outermost frame first. One without frames counts for the root and has no line of text.
  public mutating func add(_ frames: [String], value: UInt64) {
    var node: UInt32 = 0
    for frame in frames { node = child(of: node, names.intern(frame)) }
    add(value, to: node)
  }

  /// Adds all stacks of another.
  public mutating func merge(_ other: FoldedStacks) {
    let renamed = (0..<UInt32(other.names.count)).map { names.intern(other.names.string($0)) }
    var moved: [UInt32] = [0]
    moved.reserveCapacity(other.nodes.count)
    for (index, node) in other.nodes.enumerated() {
      if index > 0 { moved.append(child(of: moved[Int(node.parent)], renamed[Int(node.name)])) }
      add(node.value, to: moved[index])
    }
  }

  /// The node of a frame below a node.
  mutating func child(of parent: UInt32, _ name: UInt32) -> UInt32 {
    var slot = slotIndex(parent, name)
    while slots[slot] != 0 {
      let node = nodes[Int(slots[slot])]
      if node.parent == parent, node.name == name { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    nodes.append(Node(parent: parent, name: name))
    slots[slot] = UInt32(nodes.count - 1)
    if nodes.count * 3 > slots.count * 2 { grow() }
    return UInt32(nodes.count - 1)
  }

  mutating func add(_ value: UInt64, to node: UInt32) {
    let added = min(value, UInt64.max - nodes[Int(node)].value)
    nodes[Int(node)].value += added
    sum += UInt128(added)
  }

  mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 { names.intern(name) }

  private func slotIndex(_ parent: UInt32, _ name: UInt32) -> Int {
    let mixed = (UInt64(parent) << 32 | UInt64(name)) &* 0x9e37_79b9_7f4a_7c15
    return Int(mixed >> 32) & (slots.count - 1)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for index in 1..<nodes.count {
      var slot = slotIndex(nodes[index].parent, nodes[index].name)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index)
    }
  }
}
