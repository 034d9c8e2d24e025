// All frames of a graph as text that the script reads: what the still picture leaves out comes back on zoom.
//
// Numbers are written five bits a letter, least significant first, a letter's sixth bit saying that more follow. The
// table is the number of frames, then for each, in preorder: how many frames end before it, the number of its name,
// and its own value. Names are numbered by how often they occur, so that most take one or two letters; each stands on
// a line of its own, after the letter of its shade.

struct FrameTable {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  /// A parser may refuse text nodes of more than 10 MB; this many frames and one take 39 letters each at most.
  private static let partMask = (1 << 18) - 1

  private let layout: FlameLayout
  /// Numbers in the table by numbers in the arena, and back.
  private let numbers: [UInt32]
  private let ids: [UInt32]

  init(_ layout: FlameLayout) {
    self.layout = layout
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
      writer.byte(Self.letters[FlamePalette.shade(of: layout.names.utf8(id))])
      writer.text(layout.names.string(id))
      try writer.flush()
    }
    writer.markup("</metadata>\n<metadata class=\"table\">")
    try writeFrames(to: &writer)
    writer.markup("</metadata>\n")
  }

  private func writeFrames<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    let alphabet = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.letters.count)
    alphabet.initialize(from: Self.letters, count: Self.letters.count)
    defer { alphabet.deallocate() }
    try writer.digits(UInt64(layout.frames.count), alphabet)
    var depth: UInt32 = 0
    for index in layout.frames.indices {
      let frame = layout.frames[index]
      if index & Self.partMask == Self.partMask {
        writer.endDigits()
        writer.markup("</metadata>\n<metadata class=\"table\">")
      }
      // The root ends nothing; any other frame ends all that are open and not above it.
      try writer.digits(UInt64(index == 0 ? 0 : depth &+ 1 &- frame.depth), alphabet)
      try writer.digits(UInt64(numbers[Int(frame.name)]), alphabet)
      try writer.digits(layout.own(of: index), alphabet)
      depth = frame.depth
    }
    writer.endDigits()
  }
}
