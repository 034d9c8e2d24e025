// The layout: header, panel tabs, table, detail of the selected row, and one line of keys or typing.

extension TopApp {
  static var minimumRows: Int { 7 }
  static var minimumColumns: Int { 30 }

  mutating func draw(on screen: some Screen) {
    screen.erase()
    defer { screen.show() }
    guard screen.rows >= Self.minimumRows, screen.columns >= Self.minimumColumns else {
      return screen.draw("too small: \(Self.minimumColumns)x\(Self.minimumRows) needed", row: 0)
    }
    let header = HeaderView(snapshot: snapshot, isPaused: isPaused)
    let top = header.draw(on: screen)
    drawBottom(on: screen)
    if mode == .help { return HelpView(panel: panel).draw(on: screen, row: top, height: screen.rows - top - 1) }
    drawTabs(on: screen, row: top)
    drawTable(on: screen, row: top + 1, height: screen.rows - top - 2)
    drawMenu(on: screen, row: top + 1, height: screen.rows - top - 2)
  }

  private func drawTabs(on screen: some Screen, row: Int) {
    let isNarrow = screen.columns < 60
    var column = 0
    for (index, panel) in panels.enumerated() {
      let title = "\(index + 1) \(isNarrow ? panel.shortTitle : panel.title)"
      screen.draw(
        index == active ? "[\(title)]" : " \(title) ", row: row, column: column,
        style: index == active ? .strong : .normal)
      column += title.count + 3
    }
    let all = panel.rows(of: snapshot).count
    let note = table.filter.isEmpty ? "\(all) rows" : "\(rows.count) of \(all) with '\(table.filter)'"
    let start = screen.columns - note.count
    if start > column { screen.draw(note, row: row, column: start, style: table.filter.isEmpty ? .faint : .alarm) }
  }

  private mutating func drawTable(on screen: some Screen, row: Int, height: Int) {
    let rows = self.rows
    let detail = table.showsDetail && !rows.isEmpty ? detailLines(rows) : []
    let detailHeight = detail.isEmpty ? 0 : min(detail.count + 1, height / 2)
    pageHeight = max(1, height - 1 - detailHeight)
    table.scroll(in: rows, height: pageHeight)
    let view = TableView(panel, table, width: screen.columns)
    view.drawHead(on: screen, row: row)
    if rows.isEmpty {
      screen.draw(emptyText, row: row + 1, style: .faint)
    } else {
      view.drawRows(rows, on: screen, row: row + 1, height: pageHeight)
    }
    drawDetail(detail.prefix(detailHeight - 1 > 0 ? detailHeight - 1 : 0), on: screen, row: row + 1 + pageHeight)
  }

  private func detailLines(_ rows: [PanelRow]) -> [String] {
    panel.detail(of: rows[table.selectedIndex(in: rows)].id, in: snapshot)
  }

  private func drawDetail(_ lines: some Collection<String>, on screen: some Screen, row: Int) {
    guard !lines.isEmpty else { return }
    screen.draw(String(repeating: "-", count: screen.columns), row: row, style: .faint)
    for (index, line) in lines.enumerated() {
      screen.draw(line, row: row + 1 + index, style: index == 0 ? .strong : .normal)
    }
  }

  private var emptyText: String {
    if !table.filter.isEmpty { return "no row contains '\(table.filter)'; Esc shows all" }
    if snapshot.state == .waiting { return "waiting for the kernel's first frame ..." }
    return panel.emptyText
  }

  private func drawMenu(on screen: some Screen, row: Int, height: Int) {
    switch mode {
    case .sortMenu(let menu): menu.draw(on: screen, row: row, height: height)
    case .probeMenu(var menu):
      // The kernel may have answered since the menu was opened.
      menu.items = Self.probeItems(snapshot.keys)
      menu.draw(on: screen, row: row, height: height)
    default: break
    }
  }

  private func drawBottom(on screen: some Screen) {
    let row = screen.rows - 1
    if let message { return screen.drawBar(message, row: row, style: .strong) }
    switch mode {
    case .typing(.filter, _): screen.draw("Filter: \(table.filter)_", row: row, style: .strong)
    case .typing(.search, _): screen.draw("Search: \(searchText)_", row: row, style: .strong)
    case .sortMenu, .probeMenu: KeyBar.menu.draw(on: screen, row: row)
    case .help: screen.draw("any key goes back", row: row, style: .strong)
    case .table: KeyBar.table(isPaused: isPaused).draw(on: screen, row: row)
    }
  }
}
