// All frames of a graph as text that the script reads: what the still picture leaves out comes back on zoom.
//
// Numbers are written five bits a letter, least significant first, a letter's sixth bit saying that more follow. The
// table is the number of frames, then for each, in preorder: how many frames end before it, the number of its name,
// and its own value. Names are numbered by how often they occur, so that most take one or two letters; each stands on
// a line of its own, after the two letters of its shade: ramp and place in it.
// A differential graph has two more columns, own values before and after.

struct FrameTable {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  /// The same where no array is checked; it lives as long as the program.
  nonisolated(unsafe) static let alphabet: UnsafePointer<UInt8> = {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: letters.count)
    copy.initialize(from: letters, count: letters.count)
    return UnsafePointer(copy)
  }()
  /// Stands for the name of what is no frame.
  private static let gap = 63 * 32
  /// A parser may refuse text nodes of more than 10 MB; this many frames and one take 39 letters each at most.
  private static let partMask = (1 << 18) - 1

  let layout: FlameLayout
  private let palette: FlamePalette
  let attributes: [String: FlameGraphSVG.NameAttributes]
  /// Numbers in the table by numbers in the arena, and back.
  private let numbers: [UInt32]
  let ids: [UInt32]

  init(
    _ layout: FlameLayout, _ palette: FlamePalette, _ attributes: [String: FlameGraphSVG.NameAttributes] = [:]
  ) {
    (self.layout, self.palette, self.attributes) = (layout, palette, attributes)
    var uses = [UInt32](repeating: 0, count: layout.names.count)
    for frame in layout.frames { uses[Int(frame.name)] += 1 }
    ids = (0..<UInt32(uses.count)).filter { uses[Int($0)] > 0 }.sorted {
      let (one, other) = (uses[Int($0)], uses[Int($1)])
      if one != other { return one > other }
      return layout.names.utf8($0).lexicographicallyPrecedes(layout.names.utf8($1))
    }
    var numbers = uses
    for (number, id) in ids.enumerated() { numbers[Int(id)] = UInt32(number) }
    self.numbers = numbers
  }

  func write<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    writer.markup("<metadata class=\"names\">")
    for (index, id) in ids.enumerated() {
      if index > 0 { writer.byte(UInt8(ascii: "\n")) }
      let shade = id == layout.gap ? Self.gap : palette.shade(of: layout.names.utf8(id))
      writer.byte(Self.letters[shade / 32])
      writer.byte(Self.letters[shade % 32])
      writer.text(layout.names.utf8(id))
      try writer.flush()
    }
    writer.markup("</metadata>\n<metadata class=\"table\">")
    try writeFrames(to: &writer)
    writer.markup("</metadata>\n")
    if let comparison = layout.comparison {
      try writeColumn("before", comparison.ownBefore, to: &writer)
      try writeColumn("after", comparison.ownAfter, to: &writer)
    }
    try writeAttributes(to: &writer)
  }

  /// A number for each frame.
  private func writeColumn<E: Error>(_ name: StaticString, _ values: [UInt64], to writer: inout SVGWriter<E>) throws(E)
  {
    writer.markup("<metadata class=\"")
    writer.markup(name)
    writer.markup("\">")
    for value in values { try writer.digits(value, Self.alphabet) }
    writer.markup("</metadata>\n")
  }

  private func writeFrames<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    try layout.frames.withUnsafeBufferPointer { frames throws(E) in
      try numbers.withUnsafeBufferPointer { numbers throws(E) in try writeFrames(frames, numbers, to: &writer) }
    }
  }

  private func writeFrames<E: Error>(
    _ frames: UnsafeBufferPointer<FlameLayout.Frame>, _ numbers: UnsafeBufferPointer<UInt32>,
    to writer: inout SVGWriter<E>
  ) throws(E) {
    let alphabet = Self.alphabet
    try writer.digits(UInt64(frames.count), alphabet)
    var depth: UInt32 = 0
    for index in 0..<frames.count {
      let frame = frames[index]
      if index & Self.partMask == Self.partMask {
        writer.markup("</metadata>\n<metadata class=\"table\">")
      }
      // The root ends nothing; any other frame ends all that are open and not above it.
      let ends = UInt64(index == 0 ? 0 : depth &+ 1 &- frame.depth)
      try writer.digits(ends, UInt64(numbers[Int(frame.name)]), Self.own(index, frames), alphabet)
      depth = frame.depth
    }
  }

  @inline(__always)
  private static func own(_ index: Int, _ frames: UnsafeBufferPointer<FlameLayout.Frame>) -> UInt64 {
    var own = frames[index].width
    var child = index &+ 1
    while child < Int(frames[index].end) {
      own &-= frames[child].width
      child = Int(frames[child].end)
    }
    return own
  }
}
