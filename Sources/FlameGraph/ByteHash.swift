// A hash of bytes for tables in memory, eight bytes a step.
//
// It depends on the machine's byte order and is never written anywhere; colours are chosen by `NameArena.stableHash`.

@usableFromInline enum ByteHash {
  @usableFromInline static let prime: UInt64 = 0x9e37_79b9_7f4a_7c15

  @inlinable static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    guard let base = bytes.baseAddress.map(UnsafeRawPointer.init) else { return prime }
    return hash(base, bytes.count)
  }

  @inlinable static func hash(_ base: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: count) &* prime
    var offset = 0
    while offset &+ 8 <= count {
      hash = mix(hash, base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset &+= 8
    }
    if offset == count { return hash }
    // The last word overlaps those before it where it can, which costs no loop.
    if count >= 8 { return mix(hash, base.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)) }
    var tail: UInt64 = 0
    while offset < count {
      tail = tail << 8 | UInt64(base.load(fromByteOffset: offset, as: UInt8.self))
      offset &+= 1
    }
    return mix(hash, tail)
  }

  @inlinable @inline(__always) static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let mixed = (hash ^ word) &* prime
    return mixed ^ mixed >> 29
  }
}
