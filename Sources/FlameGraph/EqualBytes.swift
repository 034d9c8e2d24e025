// Equality of short pieces of memory, without the cost of a call.

package enum EqualBytes {
  @inlinable @inline(__always)
  package static func areEqual(_ one: UnsafeRawPointer, _ other: UnsafeRawPointer, _ count: Int) -> Bool {
    guard count >= 8 else { return areEqualBytes(one, other, count) }
    var offset = 0
    while offset &+ 8 <= count {
      if word(one, offset) != word(other, offset) { return false }
      offset &+= 8
    }
    // The last word overlaps those before it.
    return word(one, count &- 8) == word(other, count &- 8)
  }

  @inlinable @inline(__always)
  static func word(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  @inlinable @inline(__always)
  static func areEqualBytes(_ one: UnsafeRawPointer, _ other: UnsafeRawPointer, _ count: Int) -> Bool {
    for offset in 0..<count
    where one.load(fromByteOffset: offset, as: UInt8.self) != other.load(fromByteOffset: offset, as: UInt8.self) {
      return false
    }
    return true
  }
}
