// The order of stacks as bytes: by frames, that is with the semicolon before every other byte and the end before it.

enum FrameOrder {
  /// How many bytes are alike, and a number below, of, or above 0 where one stands before, with, or after the other.
  @inline(__always)
  static func compare(
    _ one: UnsafeRawPointer, _ oneCount: Int, _ other: UnsafeRawPointer, _ otherCount: Int
  ) -> (shared: Int, order: Int) {
    let count = min(oneCount, otherCount)
    var offset = 0
    while offset &+ 8 <= count {
      let difference =
        one.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        ^ other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      if difference != 0 {
        offset &+= difference.trailingZeroBitCount / 8
        return (offset, rank(one, offset, oneCount) &- rank(other, offset, otherCount))
      }
      offset &+= 8
    }
    while offset < count,
      one.load(fromByteOffset: offset, as: UInt8.self) == other.load(fromByteOffset: offset, as: UInt8.self)
    {
      offset &+= 1
    }
    return (offset, rank(one, offset, oneCount) &- rank(other, offset, otherCount))
  }

  @inline(__always)
  private static func rank(_ bytes: UnsafeRawPointer, _ offset: Int, _ count: Int) -> Int {
    guard offset < count else { return 0 }
    let byte = bytes.load(fromByteOffset: offset, as: UInt8.self)
    return byte == 0x3b ? 1 : Int(byte) &+ 2
  }
}
