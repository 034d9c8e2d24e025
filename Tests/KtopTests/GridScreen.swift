// A screen in memory, read by tests.
@testable import ktop

final class GridScreen: Screen {
  let rows: Int
  let columns: Int
  let isUnicode = false
  private var cells: [[Character]] = []
  private var styles: [[Style]] = []
  private(set) var shown = 0

  init(columns: Int, rows: Int) {
    self.rows = rows
    self.columns = columns
    erase()
  }

  func erase() {
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    styles = Array(repeating: Array(repeating: .normal, count: columns), count: rows)
  }

  func put(_ text: String, row: Int, column: Int, style: Style) {
    for (offset, character) in text.enumerated() {
      cells[row][column + offset] = character
      styles[row][column + offset] = style
    }
  }

  func show() { shown += 1 }

  /// The lines without the spaces at their ends.
  var lines: [String] {
    cells.map { row in
      var line = String(row)
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  var text: String { lines.joined(separator: "\n") + "\n" }

  func style(row: Int, column: Int) -> Style { styles[row][column] }

  /// The text of the row in the style of the selected row.
  var selectedLine: String? { styles.firstIndex { $0[0] == .selected }.map { lines[$0] } }
}
