// Text that comes from outside, as text of XML.
//
// Markup becomes entities; what XML forbids, or what would turn the text around it about, becomes a visible sign.

enum XMLText {
  /// A name's bytes, which are UTF-8: most need nothing done.
  static func append(_ name: UnsafeBufferPointer<UInt8>, to bytes: inout UncheckedArray<UInt8>) {
    guard name.allSatisfy(isPlain) else {
      return append(String(decoding: name, as: UTF8.self).unicodeScalars, to: &bytes)
    }
    bytes.append(contentsOf: name)
  }

  static func append(_ text: some Sequence<Unicode.Scalar>, to bytes: inout UncheckedArray<UInt8>) {
    for letter in text {
      switch letter {
      case "&": bytes.append(contentsOf: "&amp;")
      case "<": bytes.append(contentsOf: "&lt;")
      case ">": bytes.append(contentsOf: "&gt;")
      case "\"": bytes.append(contentsOf: "&quot;")
      case "'": bytes.append(contentsOf: "&#39;")
      default: UTF8.encode(visible(letter))?.forEach { bytes.append($0) }
      }
    }
  }

  /// A printable letter of ASCII that is no markup: its class is looked up, as every letter of a picture comes here.
  @inline(__always)
  private static func isPlain(_ byte: UInt8) -> Bool {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: return bit & lowPlain != 0
    case 1: return byte != 0x7f
    default: return false
    }
  }

  /// Of the bytes below 64, those from the blank on but `"`, `&`, `'`, `<`, `>`.
  private static let lowPlain: UInt64 =
    ~0xffff_ffff & ~(1 << 0x22 | 1 << 0x26 | 1 << 0x27 | 1 << 0x3c | 1 << 0x3e)

  private static func visible(_ letter: Unicode.Scalar) -> Unicode.Scalar {
    switch letter.value {
    case 0..<0x20: return Unicode.Scalar(0x2400 + letter.value)!  // The pictures of the control characters.
    case 0x7f: return "\u{2421}"
    case 0x80..<0xa0, 0x2028...0x202e, 0x2066...0x2069, 0xfffe...0xffff: return "\u{fffd}"
    default: return letter
    }
  }
}
