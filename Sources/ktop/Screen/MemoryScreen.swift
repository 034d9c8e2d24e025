// A screen in memory: tests read it, exports write it, pictures are drawn of it.

final class MemoryScreen: Screen {
  struct Cell: Equatable {
    /// Nil behind a character that is two cells wide.
    var character: Character? = " "
    var style = Style.normal
  }

  let rows: Int
  let columns: Int
  let isUnicode: Bool
  private(set) var cells: [[Cell]] = []
  /// How often something was shown.
  private(set) var shown = 0

  init(columns: Int, rows: Int, isUnicode: Bool = false) {
    self.rows = rows
    self.columns = columns
    self.isUnicode = isUnicode
    erase()
  }

  func erase() { cells = Array(repeating: Array(repeating: Cell(), count: columns), count: rows) }

  func put(_ text: String, row: Int, column: Int, style: Style) {
    var column = column
    for character in text {
      let width = CellText.width(character)
      guard width > 0, column + width <= columns else { continue }
      cells[row][column] = Cell(character: character, style: style)
      if width == 2 { cells[row][column + 1] = Cell(character: nil, style: style) }
      column += width
    }
  }

  func show() { shown += 1 }

  /// The lines without the spaces at their ends.
  var lines: [String] {
    cells.map { row in
      var line = String(row.compactMap(\.character))
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  var text: String { lines.joined(separator: "\n") + "\n" }
}
