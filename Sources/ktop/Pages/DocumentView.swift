// Draws a document and moves in it.

struct DocumentView {
  let document: Document
  /// Lines that pass the filter: all that lead nowhere are kept, so that what is left stays explained.
  let lines: [Document.Line]

  init(_ document: Document, filter: String) {
    self.document = document
    let needle = filter.lowercased()
    lines =
      needle.isEmpty
      ? document.lines : document.lines.filter { $0.link == nil || $0.text.lowercased().contains(needle) }
  }

  /// Draws into `height` rows from `row` on, and scrolls as little as shows the chosen line.
  func draw(_ state: inout DocumentState, on screen: some Screen, row: Int, height: Int, found: String) {
    let selected = self.selected(state)
    if let selected {
      if selected < state.top { state.top = selected }
      if selected >= state.top + height { state.top = selected - height + 1 }
    }
    state.top = max(0, min(state.top, lines.count - height))
    for (offset, index) in lines.indices.dropFirst(state.top).prefix(height).enumerated() {
      draw(lines[index], isSelected: index == selected, on: screen, row: row + offset, found: found)
    }
    drawScrollMark(state, on: screen, row: row, height: height)
  }

  /// The chosen line: the first that leads somewhere, unless another was chosen.
  func selected(_ state: DocumentState) -> Int? {
    if let selected = state.selected, lines.indices.contains(selected), lines[selected].link != nil { return selected }
    guard let wanted = state.selected else { return nil }
    return lines.indices.filter { lines[$0].link != nil }.min { abs($0 - wanted) < abs($1 - wanted) }
  }

  /// Moves to the next line that leads somewhere, or scrolls when there is none.
  func move(_ state: inout DocumentState, by distance: Int, height: Int) {
    let links = lines.indices.filter { lines[$0].link != nil }
    if abs(distance) > 1 || links.isEmpty {
      state.top = max(0, min(state.top + distance, lines.count - height))
      if abs(distance) > 1, let near = links.first(where: { $0 >= state.top }) { state.selected = near }
      return
    }
    guard let current = selected(state), let place = links.firstIndex(of: current) else {
      state.selected = distance > 0 ? links.first { $0 >= state.top } : links.last
      return
    }
    if place + distance < 0 {
      state.top = 0
      return
    }
    state.selected = links[min(place + distance, links.count - 1)]
  }

  /// Goes to the next line with `text`; false when there is none.
  func find(_ text: String, _ state: inout DocumentState, forward: Bool, fromHere: Bool) -> Bool {
    let needle = text.lowercased()
    guard !needle.isEmpty, !lines.isEmpty else { return false }
    let start = selected(state) ?? state.top
    for step in (fromHere ? 0 : 1)...lines.count {
      let index = ((start + (forward ? step : -step)) % lines.count + lines.count) % lines.count
      guard lines[index].text.lowercased().contains(needle) else { continue }
      state.selected = index
      state.top = max(0, index - 2)
      return true
    }
    return false
  }

  private func draw(_ line: Document.Line, isSelected: Bool, on screen: some Screen, row: Int, found: String) {
    if isSelected { return screen.drawBar(line.text, row: row, style: .selected) }
    if let first = line.parts.first, first.style == .bar { return screen.drawBar(first.text, row: row, style: .bar) }
    let isFound = !found.isEmpty && line.text.lowercased().contains(found.lowercased())
    var column = 0
    for part in line.parts {
      screen.draw(part.text, row: row, column: column, style: isFound && part.style == .normal ? .found : part.style)
      column += CellText.width(part.text)
    }
  }

  private func drawScrollMark(_ state: DocumentState, on screen: some Screen, row: Int, height: Int) {
    guard lines.count > height else { return }
    let below = lines.count - height - state.top
    if below > 0 {
      let text = " \(below) more "
      screen.draw(text, row: row + height - 1, column: screen.columns - text.count, style: .faint)
    }
  }
}
