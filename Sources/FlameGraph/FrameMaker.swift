// Frames of folded text: each line goes on from what it shares with the line before.
//
// Goes through the lines once, with the frames of the present stack open; a frame's width is known when it closes.

struct FrameMaker: ~Copyable {
  struct Open: BitwiseCopyable {
    var frame: Int
    /// Where in the line its name ends.
    var end: Int
    var width: UInt64 = 0
    /// What closed frames inside have of its width.
    var inside: UInt64 = 0
  }

  private let lines: FoldedText
  private let hasGaps: Bool
  private var names = NameArena()
  private var known = KnownNames()
  private var gap: UInt32?
  /// The root first.
  private var open = UncheckedArray<Open>()
  private var levels = 1
  /// The layout's own memory, for `frameLimit` frames, while it is being filled.
  private var frames = UnsafeMutableBufferPointer<FlameLayout.Frame>(start: nil, count: 0)
  private var frameCount = 0

  init(_ lines: FoldedText, hasGaps: Bool) {
    self.lines = lines
    self.hasGaps = hasGaps
  }

  /// Nil when a name had to be repaired: it may then be equal to another.
  mutating func layout() -> FlameLayout? {
    let frames = [FlameLayout.Frame](unsafeUninitializedCapacity: lines.frameLimit) { memory, count in
      HugePages.advise(UnsafeMutableRawBufferPointer(memory))
      self.frames = memory
      begin(names.intern("all"), end: -1)
      for line in lines.lines { take(line) }
      close(to: 0)
      count = frameCount
    }
    guard names.repairs == 0 else { return nil }
    return FlameLayout(frames: frames, levels: levels, names: names, gap: gap)
  }

  @inline(__always)
  private mutating func take(_ line: FoldedText.Line) {
    let bytes = lines.bytes(line)
    let (shared, count) = (Int(line.shared), Int(line.count))
    close(
      to: stillOpen(shared, isBoundary: shared == count || bytes.load(fromByteOffset: shared, as: UInt8.self) == 0x3b))
    var start = open[open.count &- 1].end &+ 1
    while start <= count {
      if hasGaps { leaveGap() }
      let (name, end) = known.find(bytes, start, count, &names)
      begin(name, end: end)
      start = end &+ 1
    }
    if open.count > levels { levels = open.count }
    open[open.count &- 1].width &+= line.value
  }

  /// How many open frames have their whole name in the first `shared` bytes, and the root.
  @inline(__always)
  private func stillOpen(_ shared: Int, isBoundary: Bool) -> Int {
    var kept = open.count
    while kept > 1, open[kept &- 1].end > shared || (open[kept &- 1].end == shared && !isBoundary) { kept &-= 1 }
    return kept
  }

  @inline(__always)
  private mutating func begin(_ name: UInt32, end: Int) {
    append(.init(name: name, depth: UInt32(truncatingIfNeeded: open.count), end: 0, width: 0))
    open.append(Open(frame: frameCount &- 1, end: end))
  }

  /// The limit was counted from the same bytes, so it is never met; but memory is not to depend on that.
  @inline(__always)
  private mutating func append(_ frame: FlameLayout.Frame) {
    precondition(frameCount < frames.count)
    (frames.baseAddress! + frameCount).initialize(to: frame)
    frameCount &+= 1
  }

  /// What a frame has done by itself before another begins inside.
  private mutating func leaveGap() {
    let parent = open.count - 1
    let own = open[parent].width - open[parent].inside
    guard own > 0 else { return }
    let id = gap ?? names.reserve("(between)")
    gap = id
    open[parent].inside += own
    append(.init(name: id, depth: UInt32(open.count), end: UInt32(frameCount + 1), width: own))
  }

  /// Closed frames count for those around them.
  @inline(__always)
  private mutating func close(to count: Int) {
    while open.count > count {
      let closed = open.removeLast()
      frames[closed.frame].end = UInt32(truncatingIfNeeded: frameCount)
      frames[closed.frame].width = closed.width
      guard open.count > 0 else { return }
      open[open.count &- 1].width &+= closed.width
      open[open.count &- 1].inside &+= closed.width
    }
  }
}
