// Text in cells: what a terminal shows two cells wide counts as two, what it shows none wide as none.

import Glibc

enum CellText {
  /// Without what would steer a terminal; question marks where the screen has no character.
  static func printable(_ text: String, _ isUnicode: Bool) -> String {
    guard text.utf8.contains(where: { $0 < 32 || $0 > 126 }) else { return text }
    return String(
      text.map { character in
        let scalar = character.unicodeScalars.first!.value
        let isControl = scalar < 32 || (127..<160).contains(scalar)
        return isControl || (!isUnicode && scalar > 126) ? "?" : character
      })
  }

  /// Cells that a character takes.
  static func width(_ character: Character) -> Int {
    if character.isASCII { return 1 }
    let scalar = character.unicodeScalars.first!
    switch scalar.value {
    case 0x300...0x36f, 0x200b...0x200f, 0xfe00...0xfe0f: return 0
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }

  static func width(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 128 }) { return text.utf8.count }
    return text.reduce(0) { $0 + width($1) }
  }
}

extension String {
  /// As much of the beginning as fits into `width` cells.
  func clipped(to width: Int) -> String {
    guard CellText.width(self) > width else { return self }
    var free = max(0, width)
    return String(
      prefix { character in
        free -= CellText.width(character)
        return free >= 0
      })
  }

  /// Filled with spaces, or cut, to `width` cells.
  func padded(to width: Int) -> String {
    let clipped = clipped(to: width)
    return clipped + String(repeating: " ", count: max(0, width - CellText.width(clipped)))
  }

  func paddedLeft(to width: Int) -> String {
    let clipped = clipped(to: width)
    return String(repeating: " ", count: max(0, width - CellText.width(clipped))) + clipped
  }
}
