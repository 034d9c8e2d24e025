// Reads the fields of one frame that passed its checksum. Every read is checked: a field that is not there is nil, and
// the frame is then malformed as a whole.

struct FrameReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private(set) var position: Int
  private let end: Int

  /// Reads `bytes` from `position` on.
  init(_ bytes: UnsafeBufferPointer<UInt8>, from position: Int = 0) {
    self.bytes = bytes
    self.position = position
    end = bytes.count
  }

  var isAtEnd: Bool { position == end }
  var rest: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[position..<end]) }

  mutating func byte() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func bytes(_ count: Int) -> [UInt8]? {
    guard count <= end - position else { return nil }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  mutating func word32() -> UInt32? { integer(4).map { UInt32(truncatingIfNeeded: $0) } }
  mutating func word64() -> UInt64? { integer(8) }

  mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let next = byte() {
      guard shift < 63 || next <= 1 else { return nil }
      value |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return value }
      shift += 7
      guard shift < 64 else { return nil }
    }
    return nil
  }

  private mutating func integer(_ count: Int) -> UInt64? {
    guard count <= end - position else { return nil }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    position += count
    return value
  }
}

/// Reads the bit field that ends an EVENTS frame, first bit first from the top of each byte.
///
/// Behind the end come zeros without number: who reads asks `isOverrun` once, after it has read what belongs together.
struct BitReader {
  private var next: UnsafeRawPointer
  private let end: UnsafeRawPointer
  /// The bits to come, from the top; the lowest 64 − `held` are zero or already those to come.
  private var window: UInt64 = 0
  private var held: Int = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    // Never read: there is nothing between the two.
    let start = UnsafeRawPointer(bytes.baseAddress ?? UnsafePointer(bitPattern: 16)!)
    next = start
    end = start + bytes.count
    refill()
  }

  /// Bits that are left; below zero after reading too far.
  @inline(__always)
  var remaining: Int { held &+ (end - next) &* 8 }
  @inline(__always)
  var isOverrun: Bool { remaining < 0 }

  /// Makes at least 56 bits ready, as long as there are as many.
  @inline(__always)
  mutating func refill() {
    guard held >= 0, end - next >= 8 else { return refillAtEnd() }
    window |= UInt64(bigEndian: next.loadUnaligned(as: UInt64.self)) &>> UInt64(held)
    let bytes = (63 &- held) &>> 3
    next += bytes
    held &+= bytes &* 8
  }

  @inline(never)
  private mutating func refillAtEnd() {
    while held >= 0 && held <= 56 && next < end {
      window |= UInt64(next.load(as: UInt8.self)) << UInt64(56 - held)
      next += 1
      held += 8
    }
  }

  /// The next `width` bits, 1 to 56; only as many as a refill before has made ready.
  @inline(__always)
  mutating func ready(_ width: Int) -> UInt64 {
    let value = window &>> UInt64(64 &- width)
    window &<<= UInt64(width)
    held &-= width
    return value
  }

  /// A number with its length before it, see docs/wire-format.md; nil for a length that there is not. At least 18 bits
  /// were ready; longer numbers refill.
  @inline(__always)
  mutating func number() -> UInt64? {
    let length = Int(ready(4))
    guard length < 15 else { return longNumber() }
    guard length > 1 else { return UInt64(length) }
    return 1 &<< UInt64(length &- 1) | ready(length &- 1)
  }

  @inline(never)
  private mutating func longNumber() -> UInt64? {
    refill()
    let more = Int(ready(6))
    guard more <= 49 else { return nil }
    let below = more + 14
    guard below > 32 else {
      let value = ready(below)
      refill()
      return 1 << UInt64(below) | value
    }
    let high = ready(below - 32)
    refill()
    let low = ready(32)
    refill()
    return 1 << UInt64(below) | high << 32 | low
  }
}
