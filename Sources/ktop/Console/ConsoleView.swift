// The guest's console to read in: all lines there are, with filter and search; and to type at: the terminal alone.

struct ConsoleState: Equatable, Sendable {
  /// Lines scrolled up from the end.
  var back = 0
  var filter = ""
}

struct ConsoleView {
  let lines: [TerminalLine]

  init(_ picture: TerminalPicture, filter: String) {
    let needle = filter.lowercased()
    lines = needle.isEmpty ? picture.lines : picture.lines.filter { $0.text.lowercased().contains(needle) }
  }

  func draw(_ state: inout ConsoleState, on screen: some Screen, row: Int, height: Int, found: String, hint: String) {
    screen.drawBar(" " + hint, row: row, style: .bar)
    let room = height - 1
    state.back = max(0, min(state.back, lines.count - room))
    let end = lines.count - state.back
    for (offset, line) in lines[max(0, end - room)..<max(0, end)].enumerated() {
      let isFound = !found.isEmpty && line.text.lowercased().contains(found.lowercased())
      line.draw(on: screen, row: row + 1 + offset, from: 0, allAs: isFound ? .found : nil)
    }
  }

  func find(_ text: String, _ state: inout ConsoleState, forward: Bool, height: Int) -> Bool {
    let needle = text.lowercased()
    guard !needle.isEmpty else { return false }
    let bottom = lines.count - 1 - state.back
    let matches = lines.indices.filter { lines[$0].text.lowercased().contains(needle) }
    guard let line = forward ? matches.first(where: { $0 > bottom }) : matches.last(where: { $0 < bottom }) else {
      return false
    }
    state.back = lines.count - 1 - line
    return true
  }
}

extension TerminalPicture {
  /// Draws the terminal's screen with its cursor; of one that is larger than there is room, what is around the cursor.
  func draw(on view: some Screen, rows: Int) {
    let place = cursor ?? Place(row: 0, column: 0)
    let (top, left) = (max(0, place.row - rows + 1), max(0, place.column - view.columns + 1))
    for (row, line) in screen.dropFirst(top).prefix(rows).enumerated() { line.draw(on: view, row: row, from: left) }
    guard let cursor else { return }
    let under = screen.indices.contains(cursor.row) ? screen[cursor.row].character(at: cursor.column) : " "
    view.draw(String(under), row: cursor.row - top, column: cursor.column - left, style: .fill(.cursor))
  }
}

extension TerminalLine {
  /// Draws what stands from a column on.
  func draw(on screen: some Screen, row: Int, from left: Int, allAs style: Style? = nil) {
    var column = -left
    for run in runs {
      let text = column < 0 ? String(run.text.dropFirst(-column)) : run.text
      let style = style ?? (run.look == TerminalLook() ? .normal : .terminal(run.look))
      if !text.isEmpty { screen.draw(text, row: row, column: max(0, column), style: style) }
      column += CellText.width(run.text)
    }
  }

  fileprivate func character(at column: Int) -> Character {
    var place = 0
    for character in runs.lazy.flatMap(\.text) {
      if place >= column { return character }
      place += CellText.width(character)
    }
    return " "
  }
}
