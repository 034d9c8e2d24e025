// The help screen: what the panel shows, what its columns mean, what keys do.

struct HelpView {
  let panel: any Panel

  private static let keys: [(String, String)] = [
    ("Tab 1 2 3", "panels"),
    ("arrows jk gG PgUp PgDn", "move"),
    ("Enter", "more about the row; Esc closes"),
    ("s F6", "sort by a column; < > the next one, I turns around"),
    ("\\ F4", "filter by name; Esc shows all"),
    ("/ F3  n N", "search, next, previous"),
    ("Space p", "pause the screen; collection goes on"),
    ("e d", "probes on and off"),
    ("r", "reset the kernel's counts"),
    ("^L ^Z", "draw anew, suspend"),
    ("q F10 ^C", "quit"),
  ]

  func draw(on screen: some Screen, row: Int, height: Int) {
    for (offset, line) in lines(width: screen.columns).prefix(height).enumerated() {
      screen.draw(line.text, row: row + offset, style: line.style)
    }
  }

  // Keys first: they matter most where not all fits.
  private func lines(width: Int) -> [(text: String, style: Style)] {
    let keyWidth = width < 60 ? 13 : 26
    var lines: [(String, Style)] = Self.keys.map { ("  " + $0.padded(to: keyWidth - 1) + " " + $1, .normal) }
    lines.append((panel.title + ": " + panel.purpose, .strong))
    lines.append(
      ("Losses: records dropped in the kernel (ring full) and lost on the line; frames that came bad", .normal))
    for column in panel.columns { lines.append(("  " + column.title.padded(to: 10) + column.meaning, .normal)) }
    return lines
  }
}
