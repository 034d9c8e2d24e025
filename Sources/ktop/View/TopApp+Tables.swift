// What keys do on a table and on a page of lines, and where Enter leads from there.

extension TopApp {
  mutating func onTable(_ function: Function, _ state: inout TableState) {
    let rows = self.rows
    switch function {
    case .up: state.move(by: -1, in: rows)
    case .down: state.move(by: 1, in: rows)
    case .pageUp: state.move(by: -max(1, area.height - 1), in: rows)
    case .pageDown: state.move(by: max(1, area.height - 1), in: rows)
    case .top: state.selected = nil
    case .bottom: state.select(rows.count - 1, in: rows)
    case .sort: openSortMenu(state)
    case .sortLeft, .left: shiftSortColumn(&state, by: -1)
    case .sortRight, .right: shiftSortColumn(&state, by: 1)
    case .invert: state.isInverted.toggle()
    case .open:
      guard !rows.isEmpty else { return }
      let row = rows[state.selectedIndex(in: rows)]
      state.selected = row.id
      page = .table(state)
      return follow(row.link)
    case .back: state.filter = ""
    case .order where active == .locks:
      page = .table(state)
      return follow(.subject(.lockOrder))
    default: changePace(function)
    }
    page = .table(state)
  }

  private func shiftSortColumn(_ state: inout TableState, by distance: Int) {
    guard let panel = active.panel else { return }
    let count = panel.columns.count + 1
    state.sortColumn = (state.sortColumn + 1 + distance + count) % count - 1
  }

  /// The active panel's rows as they are shown.
  var rows: [PanelRow] {
    guard case .table(let state) = page, let panel = active.panel else { return [] }
    return state.arranged(panel.rows(of: shown))
  }

  mutating func follow(_ link: Link?) {
    switch link {
    case .subject(let subject): push(.document(subject, DocumentState()))
    case .flame(let path):
      var state = FlameState()
      state.kind = .spans
      state.zoom = path
      state.selected = path
      push(.flame(state))
    case .timeline(let start, let end, let thread):
      var state = TimelineState()
      let margin = max(16, (end - start) / 2)
      state.window = TimelineState.Window(start: start > margin ? start - margin : 0, end: end + margin)
      state.cursor = start + (end - start) / 2
      state.lane = thread.map { .thread($0) }
      push(.timeline(state))
    case nil: message = "there is no more to say about it"
    }
  }

  func view(_ subject: Subject, _ state: DocumentState) -> DocumentView {
    let explain = Explain(snapshot: shown, width: area.width, isUnicode: area.isUnicode)
    return DocumentView(explain.document(subject), filter: state.filter)
  }

  mutating func onDocument(_ function: Function, _ subject: Subject, _ state: inout DocumentState) {
    let view = view(subject, state)
    switch function {
    case .up: view.move(&state, by: -1, height: area.height)
    case .down: view.move(&state, by: 1, height: area.height)
    case .pageUp: view.move(&state, by: -area.height, height: area.height)
    case .pageDown: view.move(&state, by: area.height, height: area.height)
    case .top: state = DocumentState(filter: state.filter)
    case .bottom:
      state.selected = view.lines.lastIndex { $0.link != nil }
      state.top = view.lines.count
    case .open:
      guard let selected = view.selected(state) else { return message = "arrows choose a line" }
      page = .document(subject, state)
      return follow(view.lines[selected].link)
    case .back:
      if state.filter.isEmpty {
        if pop() { return }
      } else {
        state.filter = ""
      }
    default: changePace(function)
    }
    page = .document(subject, state)
  }
}
