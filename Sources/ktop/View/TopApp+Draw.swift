// The layout: header, tabs or the trail that led here, the page, the line of time when it is not now, and one line of
// keys or typing.

extension TopApp {
  static var minimumRows: Int { 7 }
  static var minimumColumns: Int { 30 }

  mutating func draw(on screen: some Screen) {
    screen.erase()
    defer { screen.show() }
    guard screen.rows >= Self.minimumRows, screen.columns >= Self.minimumColumns else {
      return screen.draw("too small: \(Self.minimumColumns)x\(Self.minimumRows) needed", row: 0)
    }
    if mode == .machine { return drawMachine(on: screen) }
    let header = HeaderView(snapshot: snapshot, isPaused: isPaused, isMarked: mark != nil)
    let top = header.draw(on: screen)
    let bottom = travel.position == nil ? screen.rows - 1 : screen.rows - 2
    drawBottom(on: screen)
    if let position = travel.position { drawTime(position, on: screen, row: bottom) }
    area = Area(row: top + 1, height: bottom - top - 1, width: screen.columns, isUnicode: screen.isUnicode)
    if case .help(let scrolled) = mode {
      let help = HelpView(tab: active, keys: keys)
      mode = .help(help.draw(on: screen, row: top, height: bottom - top, from: scrolled))
      return
    }
    drawTabs(on: screen, row: top)
    drawPage(on: screen)
    drawMenu(on: screen)
  }

  // The terminal has all of the screen but a line that says how to get out. It is always that of now.
  private func drawMachine(on screen: some Screen) {
    latest.console.draw(on: screen, rows: screen.rows - 1)
    let hint = " the machine's console; \(keys.name(of: .leaveConsole)) leaves "
    screen.drawBar(message ?? hint, row: screen.rows - 1, style: .bar)
  }

  // MARK: Page

  private mutating func drawPage(on screen: some Screen) {
    let (row, height) = (area.row, area.height)
    switch page {
    case .table(var state):
      drawTable(&state, on: screen, row: row, height: height)
      page = .table(state)
    case .document(let subject, var state):
      view(subject, state).draw(&state, on: screen, row: row, height: height, found: searchText)
      page = .document(subject, state)
    case .flame(var state):
      FlameView(state, shown, search: searchText).draw(&state, on: screen, row: row, height: height)
      page = .flame(state)
    case .timeline(var state):
      if let view = TimelineView(state, shown) {
        view.draw(&state, on: screen, row: row, height: height, search: searchText)
      } else {
        screen.draw("no event received yet; \(keys.name(of: .probes)) switches probes on", row: row, style: .faint)
      }
      page = .timeline(state)
    case .console(var state):
      let hint = canType ? "\(keys.name(of: .open)) types to it" : "output only"
      ConsoleView(snapshot.console, filter: state.filter)
        .draw(&state, on: screen, row: row, height: height, found: searchText, hint: "Console, " + hint)
      page = .console(state)
    }
  }

  private func drawTable(_ state: inout TableState, on screen: some Screen, row: Int, height: Int) {
    guard let panel = active.panel else { return }
    let rows = state.arranged(panel.rows(of: shown))
    state.scroll(in: rows, height: max(1, height - 1))
    let view = TableView(panel, state, width: screen.columns)
    view.drawHead(on: screen, row: row)
    if rows.isEmpty {
      screen.draw(emptyText(panel, state), row: row + 1, style: .faint)
    } else {
      view.drawRows(rows, on: screen, row: row + 1, height: max(1, height - 1))
    }
  }

  private func emptyText(_ panel: any Panel, _ state: TableState) -> String {
    if !state.filter.isEmpty { return "no row contains '\(state.filter)'; Esc shows all" }
    if snapshot.state == .waiting { return "waiting for the kernel's first frame ..." }
    return panel.emptyText
  }

  private func drawMenu(on screen: some Screen) {
    guard case .menu(let kind, var menu) = mode else { return }
    // The kernel may have answered since the menu was opened.
    if kind == .probes {
      menu.items = Self.probeItems(snapshot.keys, sampleRate: snapshot.sampleRate, flight: snapshot.flight)
    }
    menu.draw(on: screen, row: area.row, height: area.height)
  }

  // MARK: Foot

  private func drawTime(_ position: Double, on screen: some Screen, row: Int) {
    let (first, last) = (snapshot.earliest, snapshot.seconds)
    let state = travel.isPlaying ? "x\(travel.speed)" : "PAST"
    let left = "\(state) \(Format.decimals(position, 2)) s "
    let right = " of \(Format.decimals(last, 2)) s"
    let room = max(4, screen.columns - left.count - right.count - 2)
    let share = last > first ? (position - first) / (last - first) : 1
    let place = max(0, min(room - 1, Int(share * Double(room - 1))))
    let line = screen.isUnicode ? ("─", "●") : ("-", "o")
    let bar = String(repeating: line.0, count: place) + line.1 + String(repeating: line.0, count: room - 1 - place)
    screen.draw(left + "[" + bar + "]" + right, row: row, style: .alarm)
  }

  private func drawBottom(on screen: some Screen) {
    let row = screen.rows - 1
    if let message { return screen.drawBar(message, row: row, style: .strong) }
    switch mode {
    case .typing(.filter): screen.draw("Filter: \(filter)_", row: row, style: .strong)
    case .typing(.search): screen.draw("Search: \(searchText)_", row: row, style: .strong)
    case .menu: KeyBar.menu.draw(on: screen, row: row)
    case .help: screen.draw("up and down scroll; any other key goes back", row: row, style: .strong)
    case .page, .machine: KeyBar(self).draw(on: screen, row: row)
    }
  }
}
