// Bytes of an SVG on their way out, in chunks.
//
// Markup goes in by `markup`, which takes literals only; everything that comes from outside goes in by `text`, which
// makes it text: the compiler keeps the two apart.

struct SVGWriter<Failure: Error>: ~Copyable {
  private var buffer: [UInt8] = []
  /// Letters of the table; they go out through `buffer`.
  private let letters = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
  private var letterCount = 0
  private let sink: ([UInt8]) throws(Failure) -> Void
  private static var chunk: Int { 64 * 1024 }

  init(_ sink: @escaping ([UInt8]) throws(Failure) -> Void) { self.sink = sink }

  deinit { letters.deallocate() }

  mutating func markup(_ text: StaticString) { text.withUTF8Buffer { buffer.append(contentsOf: $0) } }

  /// A name's bytes, which are UTF-8: most need nothing done.
  mutating func text(_ name: ArraySlice<UInt8>) {
    for byte in name {
      switch byte {
      case 0..<0x20, 0x7f..., UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""),
        UInt8(ascii: "'"):
        return text(String(decoding: name, as: UTF8.self))
      default: continue
      }
    }
    buffer.append(contentsOf: name)
  }

  /// 1,234,567.
  mutating func grouped(_ value: UInt64) {
    if value < 1000 { return number(value) }
    grouped(value / 1000)
    buffer.append(UInt8(ascii: ","))
    for digit in [value % 1000 / 100, value % 100 / 10, value % 10] { buffer.append(0x30 + UInt8(digit)) }
  }

  /// Text between tags or in a quoted attribute.
  mutating func text(_ text: some StringProtocol) { XMLText.append(text.unicodeScalars, to: &buffer) }

  /// Letters, digits and blanks, which mean nothing in XML or CSS.
  mutating func raw(_ word: String) { buffer.append(contentsOf: word.utf8) }

  mutating func number(_ value: UInt64) {
    if value >= 10 { number(value / 10) }
    buffer.append(0x30 + UInt8(truncatingIfNeeded: value % 10))
  }

  mutating func number(_ value: some BinaryInteger) { number(UInt64(clamping: value)) }

  /// Hundredths, as in 12.34; zeros at the end are left out.
  mutating func hundredths(_ value: UInt64) {
    number(value / 100)
    guard value % 100 != 0 else { return }
    buffer.append(UInt8(ascii: "."))
    buffer.append(UInt8(ascii: "0") + UInt8(value % 100 / 10))
    if value % 10 != 0 { buffer.append(UInt8(ascii: "0") + UInt8(value % 10)) }
  }

  /// A number in letters of five bits each, least significant first, the sixth bit saying that more follow. `endDigits`
  /// must come before anything else is written.
  @inline(__always)
  mutating func digits(_ value: UInt64, _ alphabet: UnsafePointer<UInt8>) throws(Failure) {
    if letterCount > (1 << 16) - 16 {
      endDigits()
      try flush()
    }
    var rest = value
    while rest >= 32 {
      letters[letterCount] = alphabet[Int(truncatingIfNeeded: rest & 31 | 32)]
      letterCount &+= 1
      rest >>= 5
    }
    letters[letterCount] = alphabet[Int(truncatingIfNeeded: rest)]
    letterCount &+= 1
  }

  mutating func endDigits() {
    buffer.append(contentsOf: UnsafeBufferPointer(start: letters, count: letterCount))
    letterCount = 0
  }

  /// Hundredths with both digits, as in 12.30.
  mutating func fixedHundredths(_ value: UInt64) {
    number(value / 100)
    buffer.append(UInt8(ascii: "."))
    buffer.append(0x30 + UInt8(value % 100 / 10))
    buffer.append(0x30 + UInt8(value % 10))
  }

  /// One byte that means nothing in XML.
  mutating func byte(_ byte: UInt8) { buffer.append(byte) }

  /// Hands out what has piled up, if that is enough.
  mutating func flush(atLeast limit: Int? = nil) throws(Failure) {
    guard buffer.count >= limit ?? Self.chunk, !buffer.isEmpty else { return }
    try sink(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}

/// The one error that drawing knows. Code that is generic over errors is specialised for it here and not again for
/// every caller in another module, where the compiler could not, which made drawing ten times slower.
struct SinkStopped: Error {
  /// Draws into `write`, whose error comes out as it is.
  static func draw<E: Error>(
    _ write: ([UInt8]) throws(E) -> Void, _ body: (inout SVGWriter<SinkStopped>) throws(SinkStopped) -> Void
  ) throws(E) {
    var failure: E?
    withoutActuallyEscaping(write) { write in
      var writer = SVGWriter<SinkStopped> { bytes throws(SinkStopped) in
        do throws(E) { try write(bytes) } catch {
          failure = error
          throw SinkStopped()
        }
      }
      do throws(SinkStopped) {
        try body(&writer)
        try writer.flush(atLeast: 1)
      } catch {}
    }
    if let failure { throw failure }
  }
}

enum XMLText {
  /// Markup becomes entities; what XML forbids, or what would turn the text around it about, becomes a visible sign.
  static func append(_ text: some Sequence<Unicode.Scalar>, to bytes: inout [UInt8]) {
    for letter in text {
      switch letter {
      case "&": bytes.append(contentsOf: "&amp;".utf8)
      case "<": bytes.append(contentsOf: "&lt;".utf8)
      case ">": bytes.append(contentsOf: "&gt;".utf8)
      case "\"": bytes.append(contentsOf: "&quot;".utf8)
      case "'": bytes.append(contentsOf: "&#39;".utf8)
      default: bytes.append(contentsOf: UTF8.encode(visible(letter))!)
      }
    }
  }

  private static func visible(_ letter: Unicode.Scalar) -> Unicode.Scalar {
    switch letter.value {
    case 0..<0x20: return Unicode.Scalar(0x2400 + letter.value)!  // The pictures of the control characters.
    case 0x7f: return "\u{2421}"
    case 0x80..<0xa0, 0x2028...0x202e, 0x2066...0x2069, 0xfffe...0xffff: return "\u{fffd}"
    default: return letter
    }
  }
}
