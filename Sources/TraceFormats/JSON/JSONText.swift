// JSON as bytes, for the writers: strings are escaped here and nowhere else.

struct JSONText {
  private(set) var bytes: [UInt8] = []

  mutating func raw(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }
  mutating func number(_ value: some BinaryInteger) { bytes.append(contentsOf: String(value).utf8) }

  mutating func raw(_ byte: UInt8) { bytes.append(byte) }

  /// Thousandths, as in 12.345.
  mutating func thousandths(_ value: UInt64) {
    number(value / 1000)
    guard value % 1000 != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    for digit in [value % 1000 / 100, value % 100 / 10, value % 10] { bytes.append(UInt8(digit) + 0x30) }
  }

  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// `[a,b]`.
  mutating func list<S: Sequence>(_ items: S, _ write: (inout JSONText, S.Element) -> Void) {
    raw("[")
    var isFirst = true
    for item in items {
      if !isFirst { raw(",") }
      isFirst = false
      write(&self, item)
    }
    raw("]")
  }
}
