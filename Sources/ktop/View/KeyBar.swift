// The bottom line: keys and what they do, as many as fit, the way out always.

struct KeyBar {
  private let items: [(key: String, label: String)]

  init(_ app: TopApp) {
    func item(_ function: Function, _ label: String) -> (key: String, label: String) {
      (app.keys.name(of: function), label)
    }
    let isPast = app.travel.position != nil
    var items = [item(.quit, "Quit"), item(.help, "Help"), item(.nextPanel, "Panel")]
    if app.depth > 1 { items.append(item(.back, "Back")) }
    switch app.page {
    case .table:
      items += [item(.open, "Open"), item(.filter, "Filter"), item(.search, "Find"), item(.sort, "Sort")]
      if app.active == .locks { items.append(item(.order, "Order")) }
    case .document: items += [item(.open, "Open"), item(.filter, "Filter"), item(.search, "Find")]
    case .flame:
      items += [
        item(.open, "Zoom"), item(.measure, "Kind"), item(.window, "Window"), item(.search, "Find"),
        item(.freeze, "Freeze"), item(.orientation, "Turn"), item(.blocks, "Blocks"),
      ]
    case .timeline: items += [item(.open, "Zoom"), item(.faster, "In"), item(.slower, "Out"), item(.search, "Find")]
    case .console: items += [item(.open, "Type"), item(.search, "Find")]
    }
    items.append(
      isPast
        ? item(.pause, app.travel.isPlaying ? "Stop" : "Play") : item(.pause, app.isPaused ? "Go on" : "Pause"))
    items += isPast ? [item(.now, "Now")] : []
    items += [
      ("[ ]", "Time"), item(.mark, "Mark"), item(.export, "Write"), item(.probes, "Probes"), item(.reset, "Reset"),
    ]
    self.items = items
  }

  private init(items: [(key: String, label: String)]) { self.items = items }

  static let menu = KeyBar(items: [("Enter", "Choose"), ("Esc", "Back")])

  func draw(on screen: some Screen, row: Int) {
    var column = 0
    for item in items where column + item.key.count + item.label.count <= screen.columns {
      screen.draw(item.key, row: row, column: column, style: .key)
      screen.draw(item.label, row: row, column: column + item.key.count, style: .keyLabel)
      column += item.key.count + item.label.count + 1
    }
  }
}
