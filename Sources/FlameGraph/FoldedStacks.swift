// Stacks and their values, merged into a tree as they come.
//
// A node is a frame below its callers; its value is that of the stack which ends there. Node 0 is the root, named
// "all", which every stack begins with though nobody says so. Parents stand before their children. Values are whole
// numbers of 10^-`decimals` and exact at any size: what passes 64 bits is carried beside the tree.

public struct FoldedStacks: Sendable {
  struct Node: Sendable {
    var parent: UInt32
    var name: UInt32
    var value: UInt64 = 0
  }

  private(set) var nodes: [Node]
  private(set) var names = NameArena()
  /// The sum of all values.
  public private(set) var sum: UInt128 = 0
  /// Digits behind the point of every value.
  public private(set) var decimals = 0
  /// More digits are rounded away.
  public static let decimalLimit = 9
  /// The high halves of the few values that need them.
  private var carries: [UInt32: UInt64] = [:]
  private var children = ChildIndex()
  private var known = KnownStacks()

  public init() { nodes = [Node(parent: 0, name: names.intern("all"))] }

  /// The sum of all values, or 2^64 - 1 when it is larger.
  public var total: UInt64 { UInt64(clamping: sum) }
  public var isEmpty: Bool { sum == 0 }

  /// Adds a stack, outermost frame first. One without frames counts for the root and has no line of text.
  public mutating func add(_ frames: [String], value: UInt64) { add(value, to: node(of: frames)) }

  /// The node at the end of a stack, outermost frame first.
  public mutating func node(of frames: [String]) -> UInt32 {
    frames.reduce(0) { node, frame in child(of: node, names.intern(frame)) }
  }

  /// Adds a stack of names, innermost frame first; they come from `intern` of these stacks.
  /// Returns the node at its end.
  @discardableResult
  public mutating func add(innermostFirst frames: UnsafeBufferPointer<UInt32>, value: UInt64) -> UInt32 {
    if let node = known.find(frames) {
      add(value, to: node)
      return node
    }
    var node: UInt32 = 0
    for frame in frames.reversed() { node = child(of: node, frame) }
    known.keep(frames, node)
    add(value, to: node)
    return node
  }

  /// Adds all stacks of another. Returns the nodes here that the other's nodes have become.
  @discardableResult
  public mutating func merge(_ other: FoldedStacks) -> [UInt32] {
    let renamed = (0..<UInt32(other.names.count)).map { id in
      Array(other.names.utf8(id)).withUnsafeBufferPointer { names.intern($0) }
    }
    var moved: [UInt32] = [0]
    moved.reserveCapacity(other.nodes.count)
    for (index, node) in other.nodes.enumerated() {
      if index > 0 { moved.append(child(of: moved[Int(node.parent)], renamed[Int(node.name)])) }
      add(other.value(of: UInt32(index)), decimals: other.decimals, to: moved[index])
    }
    return moved
  }

  /// The number of a name; bytes that are no UTF-8 are repaired.
  public mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 { names.intern(name) }
  public mutating func intern(_ name: String) -> UInt32 { names.intern(name) }

  /// The node of a frame below a node.
  public mutating func child(of parent: UInt32, _ name: UInt32) -> UInt32 {
    let found = children.find(parent, name, nodes)
    if let node = found.node { return node }
    nodes.append(Node(parent: parent, name: name))
    children.insert(nodes, at: found.slot)
    return UInt32(nodes.count - 1)
  }

  public mutating func add(_ value: UInt64, to node: UInt32) {
    if decimals > 0 { return add(UInt128(value), decimals: 0, to: node) }
    let (result, isOver) = nodes[Int(node)].value.addingReportingOverflow(value)
    nodes[Int(node)].value = result
    if isOver { carries[node, default: 0] += 1 }
    sum += UInt128(value)
  }

  /// Adds `value` times 10^-`decimals`.
  public mutating func add(_ value: UInt128, decimals: Int, to node: UInt32) {
    if decimals > self.decimals { scale(to: decimals) }
    let scaled = value * Self.power(self.decimals - decimals)
    set(self.value(of: node) + scaled, node)
    sum += scaled
  }

  public func value(of node: UInt32) -> UInt128 {
    UInt128(carries[node] ?? 0) << 64 | UInt128(nodes[Int(node)].value)
  }

  mutating func removeValues() {
    for index in nodes.indices { nodes[index].value = 0 }
    carries = [:]
    sum = 0
  }

  private mutating func set(_ value: UInt128, _ node: UInt32) {
    nodes[Int(node)].value = UInt64(truncatingIfNeeded: value)
    carries[node] = value >> 64 > 0 ? UInt64(truncatingIfNeeded: value >> 64) : nil
  }

  private mutating func scale(to decimals: Int) {
    let factor = Self.power(decimals - self.decimals)
    for node in 0..<UInt32(nodes.count) { set(value(of: node) * factor, node) }
    sum *= factor
    self.decimals = decimals
  }

  static func power(_ exponent: Int) -> UInt128 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
