// The line of tabs, or the trail that led to a page.

extension TopApp {
  mutating func drawTabs(on screen: some Screen, row: Int) {
    if depth > 1 { return drawTrail(on: screen, row: row) }
    let width = screen.columns
    let note = rowNote
    let fits = { (titles: [String], gap: Int) in titles.reduce(0) { $0 + $1.count + 2 + gap } <= width }
    let titles = Tab.allCases.map { "\($0.rawValue + 1) \($0.title)" }
    let short = Tab.allCases.map { "\($0.rawValue + 1) \($0.shortTitle)" }
    // Where not even the short ones fit, digits stand for all but the one that is shown.
    let digits = Tab.allCases.map { $0 == active ? "\($0.rawValue + 1) \($0.title)" : "\($0.rawValue + 1)" }
    let chosen = fits(titles, 1) ? titles : fits(short, 0) ? short : digits
    let gap = chosen == short ? 0 : 1
    var column = 0
    tabColumns = []
    for (index, title) in chosen.enumerated() {
      let isActive = index == active.rawValue
      let text = isActive ? "[\(title)]" : chosen == digits ? title : " \(title) "
      screen.draw(text, row: row, column: column, style: isActive ? .strong : .normal)
      tabColumns.append(column..<column + text.count)
      column += text.count + gap
    }
    let start = screen.columns - note.count
    if start > column { screen.draw(note, row: row, column: start, style: filter.isEmpty ? .faint : .alarm) }
  }

  private func drawTrail(on screen: some Screen, row: Int) {
    let snapshot = snapshot
    let titles = trails[active.rawValue].dropFirst().map { page -> String in
      switch page {
      case .document(let subject, _): return subject.title(in: snapshot)
      case .flame: return "Flame"
      case .timeline: return "Timeline"
      case .table, .console: return ""
      }
    }
    var text = ([active.title] + titles).joined(separator: " > ")
    if !filter.isEmpty { text += " (with '\(filter)')" }
    if text.count > screen.columns { text = "..." + text.suffix(screen.columns - 3) }
    screen.draw(text, row: row, style: .strong)
  }

  private var rowNote: String {
    guard case .table(let state) = page, let panel = active.panel else { return "" }
    let all = panel.rows(of: shown).count
    return state.filter.isEmpty ? "\(all) row\(all == 1 ? "" : "s")" : "\(rows.count) of \(all) with '\(state.filter)'"
  }
}
