// Small words for pieces of text in memory, shared by the readers. None of them copies.
import Glibc

extension UInt8 {
  @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
  @inline(__always) var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0d }
  var isHexadecimal: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
}

extension UnsafeBufferPointer<UInt8> {
  /// Where a part of this text begins in it.
  func offset(of part: Self) -> Int { part.baseAddress! - baseAddress! }

  /// Without blanks at both ends.
  func trimmed(to end: Int? = nil) -> Self {
    var end = end ?? count
    while end > 0, self[end - 1].isBlank { end -= 1 }
    var start = 0
    while start < end, self[start].isBlank { start += 1 }
    return Self(rebasing: self[start..<end])
  }

  func starts(with text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { elementsEqual($0) { $0 == $1 } || prefix($0.count).elementsEqual($0) }
  }

  func ends(with text: StaticString) -> Bool {
    text.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
  }

  func equals(_ text: StaticString) -> Bool { text.withUTF8Buffer { elementsEqual($0) } }

  func equals(_ bytes: [UInt8]) -> Bool {
    guard let baseAddress, count == bytes.count else { return isEmpty && bytes.isEmpty }
    return memcmp(baseAddress, bytes, count) == 0
  }

  /// Where a text stands first, or last.
  func firstRange(of text: StaticString) -> Range<Int>? {
    let length = text.utf8CodeUnitCount
    guard length > 0, length <= count, let base = UnsafeRawPointer(baseAddress) else { return nil }
    var start = 0
    while let found = memchr(base + start, Int32(text.utf8Start[0]), count - length + 1 - start) {
      start = UnsafeRawPointer(found) - base
      if memcmp(found, text.utf8Start, length) == 0 { return start..<(start + length) }
      start += 1
    }
    return nil
  }

  func lastRange(of text: StaticString) -> Range<Int>? {
    let length = text.utf8CodeUnitCount
    guard length <= count else { return nil }
    return text.withUTF8Buffer { wanted in
      (0...(count - length)).last { self[$0..<($0 + length)].elementsEqual(wanted) }.map { $0..<($0 + length) }
    }
  }

  var string: String { String(decoding: self, as: UTF8.self) }
}

extension UInt64 {
  /// Digits and nothing else, below 2^64.
  init?(decimal word: UnsafeBufferPointer<UInt8>) {
    guard !word.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in word {
      let (shifted, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isMore) = shifted.addingReportingOverflow(UInt64(byte &- 0x30))
      guard byte.isDigit, !isOver, !isMore else { return nil }
      value = sum
    }
    self = value
  }
}

/// The words of a line, between blanks.
struct Words {
  private let line: UnsafeBufferPointer<UInt8>
  private(set) var offset = 0

  init(_ line: UnsafeBufferPointer<UInt8>) { self.line = line }

  mutating func next() -> UnsafeBufferPointer<UInt8>? {
    while offset < line.count, line[offset].isBlank { offset += 1 }
    let start = offset
    while offset < line.count, !line[offset].isBlank { offset += 1 }
    return start < offset ? UnsafeBufferPointer(rebasing: line[start..<offset]) : nil
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Calls `body` with every line and its number, the first being 1; without line ends.
  func forEachLine(_ body: (Int, Self) -> Void) {
    var number = 1
    var start = 0
    while start < count {
      let end = self[start...].firstIndex(of: 0x0a) ?? count
      body(number, Self(rebasing: self[start..<end]))
      number += 1
      start = end + 1
    }
  }

  /// A symbol without the `+0x1f` or `+31` behind it.
  var withoutOffset: Self {
    guard let plus = lastIndex(of: UInt8(ascii: "+")), plus > 0 else { return self }
    var digits = self[(plus + 1)...]
    if digits.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")]) { digits = digits.dropFirst(2) }
    return !digits.isEmpty && digits.allSatisfy { $0.isHexadecimal } ? Self(rebasing: self[..<plus]) : self
  }
}
