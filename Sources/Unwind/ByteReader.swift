// Little-endian numbers out of bytes. What lies outside reads as zero: who must know asks `count` first.

struct ByteReader: Sendable {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }

  func u8(_ at: Int) -> UInt8 { bytes.indices.contains(at) ? bytes[at] : 0 }
  func u16(_ at: Int) -> UInt16 { load(at) }
  func u32(_ at: Int) -> UInt32 { load(at) }
  func u64(_ at: Int) -> UInt64 { load(at) }
  func i16(_ at: Int) -> Int16 { Int16(bitPattern: load(at)) }
  func i32(_ at: Int) -> Int32 { Int32(bitPattern: load(at)) }

  private func load<Number: FixedWidthInteger>(_ at: Int) -> Number {
    let size = MemoryLayout<Number>.size
    guard at >= 0, at <= bytes.count - size else { return 0 }
    return bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: Number.self)) }
  }

  /// The text up to a zero, within `range`.
  func text(at: Int, in range: Range<Int>) -> String {
    guard range.contains(at) else { return "" }
    return String(decoding: bytes[at..<range.upperBound].prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// Reads variable numbers one after the other; at the end `isAtEnd` is true and all is zero.
struct ByteCursor {
  private let reader: ByteReader
  private(set) var position: Int
  let end: Int

  init(_ reader: ByteReader, _ range: Range<Int>) {
    self.reader = reader
    position = range.lowerBound
    end = min(range.upperBound, reader.count)
  }

  var isAtEnd: Bool { position >= end }

  mutating func u8() -> UInt8 {
    defer { position += 1 }
    return position < end ? reader.u8(position) : 0
  }

  mutating func u16() -> UInt16 { UInt16(fixed(2)) }
  mutating func u32() -> UInt32 { UInt32(fixed(4)) }
  mutating func u64() -> UInt64 { fixed(8) }

  private mutating func fixed(_ size: Int) -> UInt64 {
    (0..<size).reduce(0) { $0 | UInt64(u8()) << UInt64(8 * $1) }
  }

  mutating func unsigned() -> UInt64 {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while !isAtEnd {
      let byte = u8()
      if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
      shift += 7
      if byte < 0x80 { break }
    }
    return value
  }

  mutating func signed() -> Int64 {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while !isAtEnd {
      let byte = u8()
      if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
      shift += 7
      guard byte < 0x80 else { continue }
      if byte & 0x40 != 0 && shift < 64 { value |= UInt64.max << shift }
      break
    }
    return Int64(bitPattern: value)
  }

  mutating func skip(_ count: UInt64) {
    position = count > UInt64(max(0, end - position)) ? end : position + Int(count)
  }

  /// Passes over a pointer of a DWARF encoding (LSB, "DWARF Exception Header Encoding"); false when it is none.
  mutating func skipPointer(_ encoding: UInt8) -> Bool {
    switch encoding & 0x0f {
    case 0x00, 0x04, 0x0c: skip(8)
    case 0x02, 0x0a: skip(2)
    case 0x03, 0x0b: skip(4)
    case 0x01, 0x09: _ = unsigned()
    default: return false
    }
    return true
  }

  /// A text up to a zero.
  mutating func text() -> String {
    var bytes: [UInt8] = []
    while !isAtEnd, case let byte = u8(), byte != 0 { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
