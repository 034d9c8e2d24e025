// The help screen: what keys do, what the panel shows and what its columns mean.

struct HelpView {
  let tab: Tab
  let keys: KeyMap

  /// Draws `height` lines from line `first` on, or from as far down as there are lines; returns where it began.
  func draw(on screen: some Screen, row: Int, height: Int, from first: Int) -> Int {
    let lines = lines(width: screen.columns)
    let top = max(0, min(first, lines.count - height))
    for (offset, line) in lines.dropFirst(top).prefix(height).enumerated() {
      screen.draw(line.text, row: row + offset, style: line.style)
    }
    return top
  }

  // The panel first: what is on the screen is what one asks about.
  private func lines(width: Int) -> [(text: String, style: Style)] {
    let keyWidth = width < 60 ? 9 : 16
    var lines: [(String, Style)] = tab.explanation.enumerated().map { ($1, $0 == 0 ? .strong : .normal) }
    lines.append(("Keys", .strong))
    for function in Function.allCases {
      guard let meaning = function.meaning else { continue }
      let names = keys.keys(of: function).map(\.name).filter { !$0.hasPrefix("Wheel") }.joined(separator: " ")
      lines.append(("  " + names.padded(to: keyWidth - 2) + meaning, .normal))
    }
    lines.append(("Losses: dropped when the ring was full, lost on the line; bad: damaged frames", .normal))
    return lines.flatMap { line in Self.wrapped(line.0, width: width).map { ($0, line.1) } }
  }

  // What does not fit goes on below, set in a little.
  private static func wrapped(_ text: String, width: Int) -> [String] {
    let indent = text.prefix { $0 == " " } + "  "
    var lines: [String] = []
    var rest = Substring(text)
    while rest.count > width {
      let head = rest.prefix(width)
      let place = head.lastIndex(of: " ").flatMap { head[..<$0].contains { $0 != " " } ? $0 : nil } ?? head.endIndex
      lines.append(String(rest[..<place]))
      rest = indent + rest[place...].drop { $0 == " " }
    }
    return lines + [String(rest)]
  }
}
