// What views draw on: a grid of characters with styles. ncurses shows one to people, tests read another.

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
    put(CellText.printable(text, isUnicode).clipped(to: columns - column), row: row, column: column, style: style)
  }

  /// Draws a whole row in one style.
  func drawBar(_ text: String, row: Int, style: Style) {
    draw(CellText.printable(text, isUnicode).padded(to: columns), row: row, style: style)
  }
}
