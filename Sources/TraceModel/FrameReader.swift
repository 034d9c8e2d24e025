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
struct BitReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var next = 0
  private var buffer: UInt64 = 0
  private var buffered: UInt64 = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var remaining: Int { Int(buffered) + (bytes.count - next) * 8 }

  /// The next `width` bits, at most 48.
  @inline(__always)
  mutating func bits(_ width: UInt64) -> UInt64? {
    while buffered < width {
      guard next < bytes.count else { return nil }
      buffer = buffer << 8 | UInt64(bytes[next])
      buffered += 8
      next += 1
    }
    buffered -= width
    return buffer >> buffered & ((1 << width) - 1)
  }

  /// A number with its length before it; see docs/wire-format.md.
  @inline(__always)
  mutating func number() -> UInt64? {
    guard var length = bits(4) else { return nil }
    if length == 15 {
      guard let more = bits(6), more <= 49 else { return nil }
      length += more
    }
    guard length > 1 else { return length }
    let below = length - 1
    guard below > 32 else { return bits(below).map { 1 << below | $0 } }
    guard let high = bits(below - 32), let low = bits(32) else { return nil }
    return 1 << below | high << 32 | low
  }
}
