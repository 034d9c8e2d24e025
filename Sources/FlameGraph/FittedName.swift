// A name cut to the room there is, at the end that says less.
//
// Of a path or a qualified name the last part matters, so its beginning goes; of other names the end goes. What is cut
// is marked by "…". Wide letters count twice. The script does the same with the font it finds.

enum FittedName {
  /// At most `columns` columns of the name; empty when not even two letters and the mark fit.
  static func fit(_ name: String, columns: Int) -> String {
    if name.utf8.count <= columns { return name }
    if name.utf8.allSatisfy({ $0 < 0x80 }) { return fitASCII(name, columns) }
    if self.columns(name) <= columns { return name }
    guard columns >= 3 else { return "" }
    let letters = name.unicodeScalars.map(width)
    let scalars = Array(name.unicodeScalars)
    if isQualified(name) {
      return "…" + text(scalars[(scalars.count - kept(letters.reversed(), columns - 1))...])
    }
    return text(scalars[..<kept(letters, columns - 1)]) + "…"
  }

  /// Of plain letters each takes one column.
  private static func fitASCII(_ name: String, _ columns: Int) -> String {
    guard columns >= 3 else { return "" }
    return isQualified(name) ? "…" + name.utf8.suffix(columns - 1).text : name.utf8.prefix(columns - 1).text + "…"
  }

  /// The text in one or two lines, broken between its facts, which " · " separates.
  static func lines(_ text: String, columns: Int) -> [String] {
    let facts = text.split(separator: " · ", omittingEmptySubsequences: false)
    var count = facts.count
    while count > 1, self.columns(facts[..<count].joined(separator: " · ")) > columns { count -= 1 }
    let first = fit(facts[..<count].joined(separator: " · "), columns: columns)
    return count == facts.count ? [first] : [first, fit(facts[count...].joined(separator: " · "), columns: columns)]
  }

  private static func columns(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

  /// How many columns a letter takes in a monospaced font.
  static func width(_ letter: Unicode.Scalar) -> Int {
    switch letter.value {
    case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
      0x1f300...0x1faff, 0x20000...0x3fffd:
      return 2
    default: return letter.properties.isGraphemeExtend ? 0 : 1
    }
  }

  private static func isQualified(_ name: String) -> Bool {
    var before: UInt8 = 0
    for byte in name.utf8 {
      if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/") { return true }
      if byte == UInt8(ascii: ":"), before == byte { return true }
      before = byte
    }
    return false
  }

  private static func kept(_ widths: some Sequence<Int>, _ columns: Int) -> Int {
    var count = 0
    var used = 0
    for width in widths {
      used += width
      if used > columns { break }
      count += 1
    }
    return count
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

extension Substring.UTF8View {
  fileprivate var text: String { String(Substring(self)) }
}
