// Names found in a text, by their bytes there: the length of a name and its hash come from one pass over it.
//
// The text must stay where it is as long as this does.

struct KnownNames: ~Copyable {
  struct Entry: BitwiseCopyable {
    var hash: UInt64
    var start: UnsafeRawPointer
    var count: Int
    var id: UInt32
  }

  private var entries = UncheckedArray<Entry>()
  /// Open addressing; a slot holds an entry's number plus one, 0 when it is free.
  private var slots = UncheckedArray<UInt32>(repeating: 0, count: 1024)

  /// The name that begins at `start` and ends before a semicolon or at `count`, and where that is.
  @inline(__always)
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
        return (name(hash, line + start, end &- start, &names), end)
      }
      hash = ByteHash.mix(hash, word)
      end &+= 8
    }
    hash = ByteHash.mix(hash, Self.lastBytes(line, &end, count))
    return (name(hash, line + start, end &- start, &names), end)
  }

  /// Fewer than eight bytes from `end` on, up to a semicolon or `count`; moves `end` there.
  @inline(__always)
  private static func lastBytes(_ line: UnsafeRawPointer, _ end: inout Int, _ count: Int) -> UInt64 {
    var tail: UInt64 = 0
    var shift: UInt64 = 0
    while end < count {
      let byte = line.load(fromByteOffset: end, as: UInt8.self)
      if byte == 0x3b { break }
      tail |= UInt64(byte) &<< shift
      shift &+= 8
      end &+= 1
    }
    return tail
  }

  @inline(__always)
  private mutating func name(
    _ hash: UInt64, _ start: UnsafeRawPointer, _ count: Int, _ names: inout NameArena
  ) -> UInt32 {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash >> 20) & mask
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot] &- 1)]
      if entry.hash == hash, entry.count == count, EqualBytes.areEqual(entry.start, start, count) { return entry.id }
      slot = (slot &+ 1) & mask
    }
    return add(hash, start, count, slot, &names)
  }

  @inline(never)
  private mutating func add(
    _ hash: UInt64, _ start: UnsafeRawPointer, _ count: Int, _ slot: Int, _ names: inout NameArena
  ) -> UInt32 {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    let id = names.intern(bytes.bindMemory(to: UInt8.self))
    entries.append(Entry(hash: hash, start: start, count: count, id: id))
    slots[slot] = UInt32(entries.count)
    if entries.count * 2 > slots.count { grow() }
    return id
  }

  private mutating func grow() {
    var larger = UncheckedArray<UInt32>(repeating: 0, count: slots.count * 2)
    let mask = larger.count - 1
    for index in 0..<entries.count {
      var slot = Int(truncatingIfNeeded: entries[index].hash >> 20) & mask
      while larger[slot] != 0 { slot = (slot + 1) & mask }
      larger[slot] = UInt32(index + 1)
    }
    slots = larger
  }
}
