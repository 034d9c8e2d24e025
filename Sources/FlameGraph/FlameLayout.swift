// Where every frame of a flame graph lies, in values, before there is any pixel.
//
// Frames are in preorder: a frame, then all inside of it, up to `end`. Siblings lie side by side by the order of their
// names, a frame's own share behind them. All is integers: a child lies within its parent, and the widths of the
// children and the own share add up to the parent's width, exactly. Frames without width are left out. No recursion,
// so the depth of a stack is limited by memory alone.

public struct FlameLayout: Sendable {
  public struct Frame: Sendable {
    /// Number of the name; see `name(of:)`.
    var name: UInt32
    /// The root, "all", has 0.
    public var depth: UInt32
    /// Index behind the last frame inside.
    public var end: UInt32
    /// The left edge.
    public var x: UInt64
    public var width: UInt64
  }

  /// At least the root.
  public private(set) var frames: [Frame] = []
  /// How many frames the deepest stack has, the root included.
  public private(set) var levels = 1
  /// Values are divided by two to this power, so that their sum fits into 64 bits: 0 unless it passes 2^64 - 1.
  public let droppedBits: Int
  let names: NameArena

  public init(_ stacks: FoldedStacks) {
    names = stacks.names
    droppedBits = max(0, 64 - stacks.sum.leadingZeroBitCount)
    let widths = Self.widths(stacks, droppedBits)
    place(stacks, widths)
  }

  /// The width of the whole graph.
  public var total: UInt64 { frames[0].width }

  public func name(of frame: Frame) -> String { names.string(frame.name) }

  /// A frame's value without what is inside.
  public func own(of index: Int) -> UInt64 {
    var inside: UInt64 = 0
    var child = index + 1
    while child < Int(frames[index].end) {
      inside += frames[child].width
      child = Int(frames[child].end)
    }
    return frames[index].width - inside
  }

  /// Indices of the frames at least this wide: all others lie inside of one that is narrower.
  public func indices(widthAtLeast minimum: UInt64) -> [Int] {
    var result: [Int] = []
    var index = 0
    while index < frames.count {
      let isWide = frames[index].width >= minimum
      if isWide { result.append(index) }
      index = isWide ? index + 1 : Int(frames[index].end)
    }
    return result
  }

  private static func widths(_ stacks: FoldedStacks, _ droppedBits: Int) -> [UInt64] {
    var widths = stacks.nodes.map { $0.value >> UInt64(droppedBits) }
    for index in widths.indices.dropFirst().reversed() { widths[Int(stacks.nodes[index].parent)] += widths[index] }
    return widths
  }

  private mutating func place(_ stacks: FoldedStacks, _ widths: [UInt64]) {
    let order = SiblingOrder(stacks)
    frames.reserveCapacity(widths.count)
    // What is still to be placed; its left edge is known when it is found. A nil node closes its frame.
    var open: [(node: UInt32?, frame: Int, x: UInt64)] = [(0, 0, 0)]
    var path: [Int] = []
    while let next = open.popLast() {
      guard let node = next.node else {
        frames[next.frame].end = UInt32(frames.count)
        path.removeLast()
        continue
      }
      let index = frames.count
      let name = stacks.nodes[Int(node)].name
      frames.append(Frame(name: name, depth: UInt32(path.count), end: 0, x: next.x, width: widths[Int(node)]))
      path.append(index)
      levels = max(levels, path.count)
      open.append((nil, index, 0))
      push(order.children(of: node), widths, from: next.x, to: &open)
    }
  }

  /// Children go on the stack in reverse, so that the leftmost is placed first.
  private func push(
    _ children: ArraySlice<UInt32>, _ widths: [UInt64], from x: UInt64,
    to open: inout [(node: UInt32?, frame: Int, x: UInt64)]
  ) {
    let first = open.count
    var x = x
    for child in children where widths[Int(child)] > 0 {
      open.append((child, 0, x))
      x += widths[Int(child)]
    }
    open[first...].reverse()
  }
}
