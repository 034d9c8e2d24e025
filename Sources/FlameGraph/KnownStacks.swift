// Whole stacks that came before, and the nodes at which they end: one look-up in place of one a frame.
//
// Stacks are kept as they came, up to a limit of memory; those beyond it are looked up frame by frame.

struct KnownStacks: Sendable {
  private struct Entry: Sendable {
    var hash: UInt64
    var start: Int
    var count: UInt32
    var node: UInt32
  }

  /// In frames, four bytes each.
  private static let limit = 4 << 20
  private var frames: [UInt32] = []
  private var entries: [Entry] = []
  /// Open addressing; a slot holds an entry's number plus one, 0 when it is free.
  private var slots: [UInt32] = []

  func find(_ stack: UnsafeBufferPointer<UInt32>) -> UInt32? {
    guard let base = stack.baseAddress, !slots.isEmpty else { return nil }
    let hash = Self.hash(stack)
    var slot = Int(truncatingIfNeeded: hash >> 24) & (slots.count - 1)
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot]) - 1]
      if entry.hash == hash, Int(entry.count) == stack.count,
        frames.withUnsafeBufferPointer({ EqualBytes.areEqual($0.baseAddress! + entry.start, base, stack.count * 4) })
      {
        return entry.node
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// The stack is not known yet.
  mutating func keep(_ stack: UnsafeBufferPointer<UInt32>, _ node: UInt32) {
    guard !stack.isEmpty, frames.count + stack.count <= Self.limit else { return }
    entries.append(Entry(hash: Self.hash(stack), start: frames.count, count: UInt32(stack.count), node: node))
    frames.append(contentsOf: stack)
    if entries.count * 2 > slots.count {
      slots = [UInt32](repeating: 0, count: max(256, slots.count * 2))
    } else {
      return insert(entries.count - 1)
    }
    for index in entries.indices { insert(index) }
  }

  private mutating func insert(_ index: Int) {
    var slot = Int(truncatingIfNeeded: entries[index].hash >> 24) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(index + 1)
  }

  private static func hash(_ stack: UnsafeBufferPointer<UInt32>) -> UInt64 {
    ByteHash.hash(UnsafeRawPointer(stack.baseAddress!), stack.count * 4)
  }
}
