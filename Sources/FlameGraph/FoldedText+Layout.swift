// Frames of folded text: each line goes on from what it shares with the line before.

extension FlameLayout {
  /// How the frames of a text follow each other.
  public enum Order: Sendable {
    /// Stacks that begin alike are one; siblings in the order of their names' bytes.
    case byName
    /// Time runs from left to right: only neighbours that begin alike are one.
    case asGiven
  }

  /// Reads folded text that lies in memory, in one go and with little memory beyond the frames. The lines that are none
  /// are left out, counted, and the first of them kept.
  public static func read(
    folded text: UnsafeBufferPointer<UInt8>, _ order: Order = .byName
  ) -> (layout: FlameLayout, badLines: [FoldedParser.BadLine], badLineCount: Int) {
    if var lines = FoldedText(text, isMerged: order == .byName) {
      if order == .byName { lines.sort() } else { lines.share() }
      var maker = FrameMaker(lines, hasGaps: order == .asGiven)
      if let layout = maker.layout() { return (layout, lines.badLines, lines.badLineCount) }
    }
    var parser = FoldedParser()
    parser.feed(text)
    parser.finish()
    return (FlameLayout(parser.stacks), parser.badLines, parser.badLineCount)
  }
}

/// Goes through the lines once, with the frames of the present stack open.
private struct FrameMaker {
  private let lines: FoldedText
  private let hasGaps: Bool
  private var names = NameArena()
  private var known = KnownNames()
  private var gap: UInt32?
  private var frames: [FlameLayout.Frame] = []
  /// Frames that are open, the root first, and where in the line the name of each ends.
  private var open: [UInt32] = [0]
  private var ends: [Int] = [-1]
  /// Of each open frame, what closed frames inside have of its width.
  private var inside: [UInt64] = [0]
  private var levels = 1

  init(_ lines: FoldedText, hasGaps: Bool) {
    self.lines = lines
    self.hasGaps = hasGaps
  }

  /// Nil when a name had to be repaired: it may then be equal to another.
  mutating func layout() -> FlameLayout? {
    frames.reserveCapacity(lines.frameLimit)
    frames.append(.init(name: names.intern("all"), depth: 0, end: 0, width: 0))
    for line in lines.lines { take(line) }
    close(to: 0)
    guard names.repairs == 0 else { return nil }
    return FlameLayout(frames: frames, levels: levels, names: names, gap: gap)
  }

  private mutating func take(_ line: FoldedText.Line) {
    let bytes = lines.bytes(line)
    let (shared, count) = (Int(line.shared), Int(line.count))
    let isBoundary = shared == count || bytes.load(fromByteOffset: shared, as: UInt8.self) == 0x3b
    var kept = ends.count
    while kept > 1, ends[kept &- 1] > shared || (ends[kept &- 1] == shared && !isBoundary) { kept &-= 1 }
    close(to: kept)
    var start = ends[kept - 1] + 1
    while start <= count {
      if hasGaps { leaveGap() }
      let (name, end) = known.find(bytes, start, count, &names)
      open.append(UInt32(frames.count))
      ends.append(end)
      inside.append(0)
      frames.append(.init(name: name, depth: UInt32(open.count &- 1), end: 0, width: 0))
      start = end &+ 1
    }
    if open.count > levels { levels = open.count }
    frames[Int(open[open.count - 1])].width += line.value
  }

  /// What a frame has done by itself before another begins inside.
  private mutating func leaveGap() {
    let parent = open.count - 1
    let own = frames[Int(open[parent])].width - inside[parent]
    guard own > 0 else { return }
    let id = gap ?? names.reserve("(between)")
    gap = id
    inside[parent] += own
    frames.append(.init(name: id, depth: UInt32(open.count), end: UInt32(frames.count + 1), width: own))
  }

  /// Closed frames count for those around them.
  private mutating func close(to count: Int) {
    while open.count > max(count, 1) {
      let frame = Int(open.removeLast())
      ends.removeLast()
      inside.removeLast()
      frames[frame].end = UInt32(frames.count)
      frames[Int(open[open.count &- 1])].width += frames[frame].width
      inside[open.count &- 1] += frames[frame].width
    }
    if count == 0 { frames[0].end = UInt32(frames.count) }
  }
}

/// Names found in the text, by their bytes there: the length of a name and its hash come from one pass over it.
private struct KnownNames {
  private struct Entry {
    var hash: UInt64
    var start: UnsafeRawPointer
    var count: Int
    var id: UInt32
  }

  private var entries: [Entry] = []
  /// A slot holds an entry's number plus one, 0 when it is free.
  private var slots = [UInt32](repeating: 0, count: 1024)

  /// The name that begins at `start`, and where it ends.
  mutating func find(
    _ line: UnsafeRawPointer, _ start: Int, _ count: Int, _ names: inout NameArena
  ) -> (name: UInt32, end: Int) {
    var end = start
    var hash: UInt64 = 0
    // A word at a time while no semicolon is in it, then the bytes before the semicolon.
    while end &+ 8 <= count {
      let word = line.loadUnaligned(fromByteOffset: end, as: UInt64.self)
      let different = word ^ 0x3b3b_3b3b_3b3b_3b3b
      let found = (different &- 0x0101_0101_0101_0101) & ~different & 0x8080_8080_8080_8080
      if found != 0 {
        let bits = found.trailingZeroBitCount & ~7
        hash = ByteHash.mix(hash, word & ((1 &<< UInt64(bits)) &- 1))
        end &+= bits / 8
        return (name(hash, line + start, end - start, &names), end)
      }
      hash = ByteHash.mix(hash, word)
      end &+= 8
    }
    var tail: UInt64 = 0
    var shift: UInt64 = 0
    while end < count {
      let byte = line.load(fromByteOffset: end, as: UInt8.self)
      if byte == 0x3b { break }
      tail |= UInt64(byte) &<< shift
      shift &+= 8
      end &+= 1
    }
    hash = ByteHash.mix(hash, tail)
    return (name(hash, line + start, end - start, &names), end)
  }

  private mutating func name(_ hash: UInt64, _ start: UnsafeRawPointer, _ count: Int, _ names: inout NameArena)
    -> UInt32
  {
    var slot = Int(truncatingIfNeeded: hash >> 20) & (slots.count &- 1)
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot] &- 1)]
      if entry.hash == hash, entry.count == count, EqualBytes.areEqual(entry.start, start, count) { return entry.id }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    let id = names.intern(bytes.bindMemory(to: UInt8.self))
    entries.append(Entry(hash: hash, start: start, count: count, id: id))
    slots[slot] = UInt32(entries.count)
    if entries.count * 2 > slots.count { grow() }
    return id
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (index, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash >> 20) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index + 1)
    }
  }
}

/// Equality of short pieces of memory, without the cost of a call.
enum EqualBytes {
  @inline(__always)
  static func areEqual(_ one: UnsafeRawPointer, _ other: UnsafeRawPointer, _ count: Int) -> Bool {
    var offset = 0
    while offset &+ 8 <= count {
      let word = one.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      if word != other.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
      offset &+= 8
    }
    while offset < count {
      if one.load(fromByteOffset: offset, as: UInt8.self) != other.load(fromByteOffset: offset, as: UInt8.self) {
        return false
      }
      offset &+= 1
    }
    return true
  }
}
