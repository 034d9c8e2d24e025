// How wide every frame of a flame graph is and where, in values, before there is any pixel.
//
// Frames are in preorder: a frame, then all inside of it, up to `end`. Siblings lie side by side, a frame's own share
// behind them. All is integers: a child lies within its parent, and the widths of the children and the own share add up
// to the parent's width, exactly. Frames without width are left out. No recursion, so the depth of a stack is limited
// by memory alone.

public struct FlameLayout: Sendable {
  public struct Frame: Sendable {
    /// Number of the name; see `name(of:)`.
    var name: UInt32
    /// The root, "all", has 0.
    public var depth: UInt32
    /// Index behind the last frame inside.
    public var end: UInt32
    public var width: UInt64
  }

  /// At least the root.
  public internal(set) var frames: [Frame] = []
  /// How many frames the deepest stack has, the root included.
  public internal(set) var levels = 1
  /// Values are divided by two to this power, so that their sum fits into 64 bits: 0 unless it passes 2^64 - 1.
  public let droppedBits: Int
  /// Digits of every value behind the point.
  public let decimals: Int
  var names: NameArena
  /// The name of what is no frame but time between two, in a flame chart; it is never drawn.
  var gap: UInt32?

  /// Of a differential graph.
  var comparison: FlameComparison?

  /// Siblings in the order of their names' bytes.
  public init(_ stacks: FoldedStacks) {
    var nodes: [UInt32] = []
    self.init(stacks, nodes: &nodes)
  }

  /// `nodes`: by frame, the nodes they came of.
  init(_ stacks: FoldedStacks, nodes: inout [UInt32]) {
    names = stacks.names
    decimals = stacks.decimals
    droppedBits = max(0, 64 - stacks.sum.leadingZeroBitCount)
    let widths = Self.widths(stacks, droppedBits)
    place(stacks, widths, &nodes)
  }

  init(frames: [Frame], levels: Int, names: NameArena, gap: UInt32? = nil, decimals: Int = 0, droppedBits: Int = 0) {
    self.frames = frames
    self.levels = levels
    self.names = names
    self.gap = gap
    self.decimals = decimals
    self.droppedBits = droppedBits
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

  /// Left edges of all frames.
  public var positions: [UInt64] {
    var positions = [UInt64](repeating: 0, count: frames.count)
    forEach(widthAtLeast: 0) { index, x in positions[index] = x }
    return positions
  }

  /// The frames at least this wide, with their left edges, in preorder: all others lie inside of one that is narrower.
  public func forEach<E: Error>(
    widthAtLeast minimum: UInt64, _ body: (_ index: Int, _ x: UInt64) throws(E) -> Void
  ) throws(E) {
    // The left edge of the next frame on every level.
    var next: [UInt64] = [0]
    var index = 0
    while index < frames.count {
      let frame = frames[index]
      let depth = Int(frame.depth)
      let x = next[depth]
      next[depth] = x + frame.width
      guard frame.width >= minimum else {
        index = Int(frame.end)
        continue
      }
      if next.count == depth + 1 { next.append(x) } else { next[depth + 1] = x }
      try body(index, x)
      index += 1
    }
  }
}
