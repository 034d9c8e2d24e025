// What views draw on: a grid of characters with styles. ncurses shows one to people, tests read another.

/// How a piece of text looks; a screen without colours keeps what attributes can say.
enum Style: Equatable {
  case normal, strong, faint
  /// A bar across the screen: column heads.
  case bar
  /// The column that is sorted by, in the bar.
  case barStrong
  case selected
  case good, alarm
  /// A key and what it does, at the bottom.
  case key, keyLabel
}

protocol Screen: AnyObject {
  var rows: Int { get }
  var columns: Int { get }
  /// Whether characters outside of ASCII can be shown.
  var isUnicode: Bool { get }
  func erase()
  /// Draws text that fits into the row.
  func put(_ text: String, row: Int, column: Int, style: Style)
  /// Makes what was drawn visible.
  func show()
}

extension Screen {
  /// Draws what fits, from `column` to the end of the row. Control characters, which a name from a stream may hold, are
  /// shown as question marks.
  func draw(_ text: String, row: Int, column: Int = 0, style: Style = .normal) {
    guard row >= 0, row < rows, column >= 0, column < columns else { return }
    put(String(Self.printable(text, isUnicode).prefix(columns - column)), row: row, column: column, style: style)
  }

  /// Draws a whole row in one style.
  func drawBar(_ text: String, row: Int, style: Style) {
    draw(text.padded(to: columns), row: row, style: style)
  }

  private static func printable(_ text: String, _ isUnicode: Bool) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 32 || $0.value > 126 }) else { return text }
    return String(
      text.map { character in
        let scalar = character.unicodeScalars.first!.value
        return scalar < 32 || scalar == 127 || (!isUnicode && scalar > 126) ? "?" : character
      })
  }
}

extension String {
  /// Filled with spaces, or cut, to `width` characters.
  func padded(to width: Int) -> String {
    let count = self.count
    return count >= width ? String(prefix(max(0, width))) : self + String(repeating: " ", count: width - count)
  }

  func paddedLeft(to width: Int) -> String {
    let count = self.count
    return count >= width ? String(prefix(max(0, width))) : String(repeating: " ", count: width - count) + self
  }
}
