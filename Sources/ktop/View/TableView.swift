// Draws a panel's rows with their column heads, as many columns as the width allows.

struct TableView {
  let panel: any Panel
  let state: TableState
  /// Columns that are shown, as indices into the panel's.
  let shown: [Int]
  private let nameWidth: Int

  static let minimumNameWidth = 13
  private static let maximumNameWidth = 32

  init(_ panel: any Panel, _ state: TableState, width: Int, ofPast: Bool = false) {
    self.panel = panel
    self.state = state
    var free = width - Self.minimumNameWidth
    var kept: [Int] = []
    for index in panel.columns.indices.sorted(by: { panel.columns[$0].priority < panel.columns[$1].priority }) {
      if ofPast && panel.columns[index].isMomentary { continue }
      guard panel.columns[index].width <= free else { continue }
      free -= panel.columns[index].width
      kept.append(index)
    }
    shown = kept.sorted()
    nameWidth = min(Self.minimumNameWidth + free, Self.maximumNameWidth)
  }

  func drawHead(on screen: some Screen, row: Int) {
    screen.drawBar(heading(panel.nameTitle, isSorting: state.sortColumn < 0), row: row, style: .bar)
    var column = nameWidth
    for index in shown {
      let width = panel.columns[index].width
      let isSorting = index == state.sortColumn
      let heading = heading(panel.columns[index].title, isSorting: isSorting)
      let title = panel.columns[index].isText ? (" " + heading).padded(to: width) : heading.paddedLeft(to: width)
      screen.draw(title, row: row, column: column, style: isSorting ? .barStrong : .bar)
      column += width
    }
  }

  /// Draws `rows` from `state.top` on into `height` screen rows.
  func drawRows(_ rows: [PanelRow], on screen: some Screen, row first: Int, height: Int) {
    let selected = state.selectedIndex(in: rows)
    for (offset, index) in rows.indices.dropFirst(state.top).prefix(height).enumerated() {
      let text = line(rows[index], isUnicode: screen.isUnicode)
      if index == selected {
        screen.drawBar(text, row: first + offset, style: .selected)
      } else {
        screen.draw(text, row: first + offset, style: rows[index].isAlarming ? .alarm : .normal)
      }
    }
  }

  /// A row as text, for screens and for tables on standard output.
  func line(_ row: PanelRow, isUnicode: Bool = false) -> String {
    let cells = shown.map { index -> String in
      let (cell, width) = (row.cells[index], panel.columns[index].width)
      if let spark = cell.spark { return (" " + Charts.spark(spark, isUnicode: isUnicode)).padded(to: width) }
      return panel.columns[index].isText ? (" " + cell.text).padded(to: width) : (" " + cell.text).paddedLeft(to: width)
    }
    let name = String(repeating: "  ", count: row.depth) + CellText.printable(row.name, isUnicode)
    return name.padded(to: nameWidth) + cells.joined()
  }

  /// The column heads as text.
  var headLine: String {
    panel.nameTitle.padded(to: nameWidth)
      + shown.map { panel.columns[$0].title.paddedLeft(to: panel.columns[$0].width) }.joined()
  }

  private func heading(_ title: String, isSorting: Bool) -> String {
    guard isSorting else { return title }
    let isAscending = state.sortColumn < 0 ? !state.isInverted : state.isInverted
    return title + (isAscending ? "^" : "v")
  }
}
