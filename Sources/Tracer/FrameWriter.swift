// Writes the payload of one frame into a fixed buffer: bytes, little-endian integers, varints, and a bit field at the
// end.
//
// A write beyond the limit sets `overflowed` and changes nothing; the caller rolls back to its `mark` and sends what
// fits. Varints are LEB128: seven bits a byte, least significant first, the top bit says that more follow.

public struct FrameWriter {
  let bytes: UnsafeMutablePointer<UInt8>
  let limit: Int
  public private(set) var count = 0
  public private(set) var overflowed = false
  private var bits: UInt64 = 0
  private var bitCount: UInt64 = 0

  /// A position to return to.
  public struct Mark {
    var count: Int
    var bits: UInt64
    var bitCount: UInt64
  }

  public init(bytes: UnsafeMutablePointer<UInt8>, limit: Int) {
    self.bytes = bytes
    self.limit = limit
  }

  /// The position before the first byte.
  public static var start: Mark { Mark(count: 0, bits: 0, bitCount: 0) }

  public var mark: Mark { Mark(count: count, bits: bits, bitCount: bitCount) }

  /// Forgets everything written since `mark`, and the overflow.
  public mutating func rollBack(to mark: Mark) {
    count = mark.count
    bits = mark.bits
    bitCount = mark.bitCount
    overflowed = false
  }

  @inline(__always)
  public mutating func byte(_ value: UInt8) {
    guard count < limit else {
      overflowed = true
      return
    }
    bytes[count] = value
    count &+= 1
  }

  public mutating func word32(_ value: UInt32) {
    for shift in 0..<4 { byte(UInt8(truncatingIfNeeded: value &>> UInt32(shift &* 8))) }
  }

  public mutating func word64(_ value: UInt64) {
    for shift in 0..<8 { byte(UInt8(truncatingIfNeeded: value &>> UInt64(shift &* 8))) }
  }

  public mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7f {
      byte(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest &>>= 7
    }
    byte(UInt8(truncatingIfNeeded: rest))
  }

  /// The low `width` bits of `value`, first bit first in the top of the next byte. `width` is at most 48.
  public mutating func bitField(_ value: UInt64, width: UInt64) {
    bits = bits &<< width | value & ((1 &<< width) &- 1)
    bitCount &+= width
    while bitCount >= 8 {
      bitCount &-= 8
      byte(UInt8(truncatingIfNeeded: bits &>> bitCount))
    }
    // Bits that wait for their byte need room too.
    if bitCount > 0 && count >= limit { overflowed = true }
  }

  /// A number as its length in bits, then its bits without the leading one: 4 bits of length up to 14, else 15 and six
  /// bits of length - 15.
  public mutating func bitNumber(_ value: UInt64) {
    let length = UInt64(64 &- value.leadingZeroBitCount)
    if length < 15 {
      bitField(length, width: 4)
    } else {
      bitField(0x3c0 | (length &- 15), width: 10)
    }
    guard length > 1 else { return }
    if length > 33 { bitField(value &>> 32, width: length &- 33) }
    bitField(value, width: length > 33 ? 32 : length &- 1)
  }

  /// Fills the last byte with ones; a byte-wise write may follow.
  public mutating func endBits() {
    if bitCount > 0 { bitField(0xff, width: 8 &- bitCount) }
    bits = 0
    bitCount = 0
  }
}
