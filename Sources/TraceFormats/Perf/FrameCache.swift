// Lines of call chains that came before, and the frames they stand for.
//
// Return addresses come again and again, so most lines are known to the byte. Entries are found by the address at the
// line's beginning and compared as a whole; a line that falls on a taken entry replaces it. Long lines are not kept.

struct FrameCache: ~Copyable {
  private struct Entry {
    var first: UInt32
    var count: UInt16
    /// 0: free.
    var length: UInt16
  }

  private static let size = 1 << 15
  static let shortest = 16
  static let longest = 120
  private let entries = UnsafeMutablePointer<Entry>.allocate(capacity: size)
  private let keys = UnsafeMutableRawPointer.allocate(byteCount: size * 128, alignment: 64)

  init() { entries.initialize(repeating: Entry(first: 0, count: 0, length: 0), count: Self.size) }

  deinit {
    entries.deallocate()
    keys.deallocate()
  }

  /// Where a line's entry is, or would be. The line has at least `shortest` bytes.
  @inline(__always)
  func slot(_ line: UnsafeRawPointer, _ length: Int, _ salt: UInt64) -> Int {
    var hash = line.loadUnaligned(as: UInt64.self) &+ salt
    hash = (hash ^ hash >> 31) &* 0x9e37_79b9_7f4a_7c15
    hash ^= line.loadUnaligned(fromByteOffset: 8, as: UInt64.self) &+ UInt64(truncatingIfNeeded: length)
    hash = hash &* 0xff51_afd7_ed55_8ccd
    return Int(truncatingIfNeeded: hash >> 49)
  }

  /// The numbers of the line's frames.
  @inline(__always)
  func find(_ line: UnsafeRawPointer, _ length: Int, at slot: Int) -> (first: UInt32, count: UInt16)? {
    let entry = entries[slot]
    guard Int(entry.length) == length else { return nil }
    let key = UnsafeRawPointer(keys + slot * 128)
    var offset = 0
    while offset &+ 8 <= length {
      let word = line.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      if word != key.load(fromByteOffset: offset, as: UInt64.self) { return nil }
      offset &+= 8
    }
    let last = length &- 8
    guard
      line.loadUnaligned(fromByteOffset: last, as: UInt64.self)
        == key.loadUnaligned(fromByteOffset: last, as: UInt64.self)
    else { return nil }
    return (entry.first, entry.count)
  }

  func clear() { entries.update(repeating: Entry(first: 0, count: 0, length: 0), count: Self.size) }

  func keep(_ line: UnsafeRawPointer, _ length: Int, at slot: Int, first: Int, count: Int) {
    guard length <= Self.longest, count < Int(UInt16.max), first < Int(UInt32.max) else { return }
    entries[slot] = Entry(first: UInt32(first), count: UInt16(count), length: UInt16(length))
    (keys + slot * 128).copyMemory(from: line, byteCount: length)
  }
}
