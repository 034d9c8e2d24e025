// Finds lines with the same frames: open addressing; a slot holds a line's number plus one, 0 when it is free.
import Glibc

struct EqualLines {
  private var slots = [UInt32](repeating: 0, count: 1024)

  /// The lines with those that are equal put together.
  static func merged(_ lines: [FoldedText.Line], _ base: UnsafePointer<UInt8>) -> [FoldedText.Line] {
    var equal = EqualLines()
    var merged: [FoldedText.Line] = []
    for line in lines { equal.add(line, to: &merged, base) }
    return merged
  }

  private mutating func add(_ line: FoldedText.Line, to lines: inout [FoldedText.Line], _ base: UnsafePointer<UInt8>) {
    let hash = UInt32(truncatingIfNeeded: ByteHash.hash(base + line.start, Int(line.count)) >> 32)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      let other = lines[index]
      if other.shared == hash, other.count == line.count,
        memcmp(base + other.start, base + line.start, Int(line.count)) == 0
      {
        lines[index].value += line.value
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    lines.append(line)
    lines[lines.count - 1].shared = hash
    slots[slot] = UInt32(lines.count)
    if lines.count * 2 > slots.count { grow(lines) }
  }

  private mutating func grow(_ lines: [FoldedText.Line]) {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (index, line) in lines.enumerated() {
      var slot = Int(line.shared) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index + 1)
    }
  }
}
