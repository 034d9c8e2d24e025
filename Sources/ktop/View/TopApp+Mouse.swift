// Clicks: a tab, a row, a frame, a moment.

extension TopApp {
  mutating func click(row: Int, column: Int) -> Action? {
    if row == area.row - 1 {
      if depth == 1, let tab = tabColumns.firstIndex(where: { $0.contains(column) }) { show(tab) }
      return nil
    }
    let line = row - area.row
    guard line >= 0, line < area.height else { return nil }
    switch page {
    case .table(var state): clickTable(line - 1, &state)
    case .document(let subject, var state): clickDocument(line, subject, &state)
    case .flame(var state):
      let view = FlameView(state, shown, search: searchText)
      let isSecond = view.click(
        &state, row: line, column: column, width: area.width, height: area.height)
      if isSecond { state.zoom = state.selected }
      page = .flame(state)
    case .timeline(var state):
      clickTimeline(line - 1, column, &state)
      page = .timeline(state)
    case .console: break
    }
    return nil
  }

  private mutating func clickTable(_ line: Int, _ state: inout TableState) {
    let rows = self.rows
    guard line >= 0, rows.indices.contains(state.top + line) else { return }
    let row = rows[state.top + line]
    let isSecond = state.selected == row.id
    state.selected = row.id
    page = .table(state)
    if isSecond { follow(row.link) }
  }

  private mutating func clickDocument(_ line: Int, _ subject: Subject, _ state: inout DocumentState) {
    let lines = view(subject, state).lines
    guard lines.indices.contains(state.top + line), let link = lines[state.top + line].link else { return }
    let isSecond = state.selected == state.top + line
    state.selected = state.top + line
    page = .document(subject, state)
    if isSecond { follow(link) }
  }

  private func clickTimeline(_ line: Int, _ column: Int, _ state: inout TimelineState) {
    guard let view = TimelineView(state, shown), line >= 0, view.lanes.indices.contains(state.top + line) else {
      return
    }
    state.lane = view.lanes[state.top + line]
    guard column >= TimelineView.labelWidth else { return }
    state.cursor = view.window.time(
      at: column - TimelineView.labelWidth, width: max(1, area.width - TimelineView.labelWidth))
  }
}
