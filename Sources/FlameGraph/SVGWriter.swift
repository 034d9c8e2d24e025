// Bytes of an SVG on their way out, in chunks.
//
// Markup goes in by `markup`, which takes literals only; everything that comes from outside goes in by `text`, which
// makes it text: the compiler keeps the two apart.

struct SVGWriter<Failure: Error>: ~Copyable {
  private var buffer = UncheckedArray<UInt8>(capacity: chunk + 4096)
  private let sink: ([UInt8]) throws(Failure) -> Void
  private static var chunk: Int { 64 * 1024 }

  init(_ sink: @escaping ([UInt8]) throws(Failure) -> Void) { self.sink = sink }

  @inline(__always)
  mutating func markup(_ text: StaticString) { buffer.append(contentsOf: text) }

  /// A name's bytes, which are UTF-8.
  mutating func text(_ name: ArraySlice<UInt8>) { name.withUnsafeBufferPointer { XMLText.append($0, to: &buffer) } }

  /// Text between tags or in a quoted attribute.
  mutating func text(_ text: some StringProtocol) { XMLText.append(text.unicodeScalars, to: &buffer) }

  /// Letters, digits and blanks, which mean nothing in XML or CSS.
  mutating func raw(_ word: String) { for byte in word.utf8 { buffer.append(byte) } }

  /// One byte that means nothing in XML.
  mutating func byte(_ byte: UInt8) { buffer.append(byte) }

  mutating func number(_ value: UInt64) { buffer.append(decimal: value) }

  mutating func number(_ value: some BinaryInteger) { number(UInt64(clamping: value)) }

  /// 1,234,567.
  mutating func grouped(_ value: UInt64) {
    if value < 1000 { return number(value) }
    grouped(value / 1000)
    byte(UInt8(ascii: ","))
    byte(0x30 + UInt8(value % 1000 / 100))
    twoDigits(value % 100)
  }

  /// Hundredths, as in 12.34; zeros at the end are left out.
  mutating func hundredths(_ value: UInt64) {
    number(value / 100)
    let rest = value % 100
    guard rest != 0 else { return }
    byte(UInt8(ascii: "."))
    if rest % 10 == 0 { byte(0x30 + UInt8(rest / 10)) } else { twoDigits(rest) }
  }

  /// Hundredths with both digits, as in 12.30.
  mutating func fixedHundredths(_ value: UInt64) {
    number(value / 100)
    byte(UInt8(ascii: "."))
    twoDigits(value % 100)
  }

  private mutating func twoDigits(_ value: UInt64) {
    byte(0x30 + UInt8(truncatingIfNeeded: value / 10))
    byte(0x30 + UInt8(truncatingIfNeeded: value % 10))
  }

  /// A number in letters of five bits each, least significant first, the sixth bit saying that more follow.
  @inline(__always)
  mutating func digits(_ value: UInt64, _ alphabet: UnsafePointer<UInt8>) throws(Failure) {
    try digits(value, 0, 0, count: 1, alphabet)
  }

  /// Three of them in a row.
  @inline(__always)
  mutating func digits(_ one: UInt64, _ two: UInt64, _ three: UInt64, _ alphabet: UnsafePointer<UInt8>) throws(Failure)
  {
    try digits(one, two, three, count: 3, alphabet)
  }

  @inline(__always)
  private mutating func digits(
    _ one: UInt64, _ two: UInt64, _ three: UInt64, count: Int, _ alphabet: UnsafePointer<UInt8>
  ) throws(Failure) {
    if buffer.count >= Self.chunk { try flush() }
    // 64 bits are 13 letters at most.
    buffer.append(upTo: 39) { start in
      var end = Self.write(one, alphabet, start)
      if count == 3 { end = Self.write(three, alphabet, Self.write(two, alphabet, end)) }
      return end - start
    }
  }

  /// Returns where the number's letters end.
  @inline(__always)
  private static func write(
    _ value: UInt64, _ alphabet: UnsafePointer<UInt8>, _ start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    var (rest, end) = (value, start)
    while rest >= 32 {
      end.initialize(to: alphabet[Int(truncatingIfNeeded: rest & 31 | 32)])
      end += 1
      rest >>= 5
    }
    end.initialize(to: alphabet[Int(truncatingIfNeeded: rest)])
    return end + 1
  }

  /// Hands out what has piled up, if that is enough.
  mutating func flush(atLeast limit: Int? = nil) throws(Failure) {
    guard buffer.count >= limit ?? Self.chunk, buffer.count > 0 else { return }
    try sink(Array(buffer.elements))
    buffer.removeAll()
  }
}
