// The bottom line: keys and what they do, as many as fit, the way out always.

struct KeyBar {
  private let items: [(key: String, label: String)]

  static func table(isPaused: Bool) -> KeyBar {
    KeyBar(items: [
      ("F1", "Help"), ("Tab", "Panel"), ("F3", "Find"), ("F4", "Filter"), ("F6", "Sort"), ("Enter", "Detail"),
      ("Space", isPaused ? "Go on" : "Pause"), ("e", "Probes"), ("r", "Reset"),
    ])
  }

  static let menu = KeyBar(items: [("Enter", "Choose"), ("Esc", "Back")])

  func draw(on screen: some Screen, row: Int) {
    let quit = (key: "q", label: "Quit")
    var column = 0
    func put(_ item: (key: String, label: String)) {
      screen.draw(item.key, row: row, column: column, style: .key)
      screen.draw(item.label, row: row, column: column + item.key.count, style: .keyLabel)
      column += item.key.count + item.label.count + 1
    }
    put(quit)
    for item in items where column + item.key.count + item.label.count <= screen.columns { put(item) }
  }
}
