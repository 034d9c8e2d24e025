// Typing a filter or a search, which act with every letter.

extension TopApp {
  mutating func beginFilter() {
    mode = .typing(.filter, Before(text: table.filter, selected: table.selected))
  }

  mutating func beginSearch() {
    mode = .typing(.search, Before(text: searchText, selected: table.selected))
    searchText = ""
  }

  mutating func handleTyping(_ key: Key, _ prompt: Prompt, _ before: Before) -> Action? {
    var text = prompt == .filter ? table.filter : searchText
    switch key {
    case .character(let character): text.append(character)
    case .backspace where !text.isEmpty: text.removeLast()
    case .enter: return finishTyping(text)
    case .escape, .backspace:
      text = before.text
      table.selected = before.selected
      mode = .table
    case .function(10): return .quit
    case .up, .down, .pageUp, .pageDown:
      _ = moves(key)
      return nil
    default: return nil
    }
    if prompt == .filter { table.filter = text } else { search(text, from: before.selected) }
    return nil
  }

  private mutating func finishTyping(_ text: String) -> Action? {
    if case .typing(.search, let before) = mode, text.isEmpty { searchText = before.text }
    mode = .table
    return nil
  }

  // Each letter searches anew from where the search began.
  private mutating func search(_ text: String, from origin: Int?) {
    searchText = text
    table.selected = origin
    guard mode != .table, !text.isEmpty else { return }
    if !table.find(text, in: rows, offset: 0) { message = "nothing matches" }
  }

  mutating func find(offset: Int, forward: Bool) {
    guard !searchText.isEmpty else { return message = "/ begins a search" }
    if !table.find(searchText, in: rows, offset: offset, forward: forward) { message = "no \(searchText) here" }
  }
}
