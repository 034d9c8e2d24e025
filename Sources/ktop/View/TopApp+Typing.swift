// Typing a filter or a search, which act with every letter.

extension TopApp {
  /// The filter of the page.
  var filter: String {
    get {
      switch page {
      case .table(let state): return state.filter
      case .document(_, let state): return state.filter
      case .flame(let state): return state.filter
      case .timeline(let state): return state.filter
      case .console(let state): return state.filter
      }
    }
    set {
      switch page {
      case .table(var state):
        state.filter = newValue
        page = .table(state)
      case .document(let subject, var state):
        state.filter = newValue
        page = .document(subject, state)
      case .flame(var state):
        state.filter = newValue
        page = .flame(state)
      case .timeline(var state):
        state.filter = newValue
        page = .timeline(state)
      case .console(var state):
        state.filter = newValue
        page = .console(state)
      }
    }
  }

  mutating func beginFilter() {
    beginTyping(.filter, filter)
    typed = filter
  }

  mutating func beginTyping(_ prompt: Prompt, _ before: String) {
    typed = ""
    self.before = Before(text: before, page: page)
    mode = .typing(prompt)
  }

  mutating func handleTyping(_ key: Key, _ prompt: Prompt) -> Action? {
    switch key {
    case .character(let character): typed.append(character)
    case .backspace where !typed.isEmpty: typed.removeLast()
    case .enter, .escape, .backspace:
      finishTyping(prompt, giveUp: key != .enter)
      return nil
    case .function(10): return .quit
    default: return nil
    }
    switch prompt {
    case .filter: filter = typed
    case .search:
      searchText = typed
      if let before { page = before.page }
      if !typed.isEmpty && !select(typed, forward: true, fromHere: true) { message = "nothing matches" }
    }
    return nil
  }

  private mutating func finishTyping(_ prompt: Prompt, giveUp: Bool) {
    mode = .page
    guard let before else { return }
    if prompt == .search && (giveUp || typed.isEmpty) { searchText = before.text }
    if giveUp { page = before.page }
    self.before = nil
  }

  mutating func find(forward: Bool) {
    guard !searchText.isEmpty else { return message = "\(keys.name(of: .search)) begins a search" }
    if !select(searchText, forward: forward, fromHere: false) { message = "no \(searchText) here" }
  }

  // Each letter of a search looks anew from where it began.
  private mutating func select(_ text: String, forward: Bool, fromHere: Bool) -> Bool {
    switch page {
    case .table(var state):
      defer { page = .table(state) }
      return state.find(text, in: rows, offset: fromHere ? 0 : 1, forward: forward)
    case .document(let subject, var state):
      defer { page = .document(subject, state) }
      return view(subject, state).find(text, &state, forward: forward, fromHere: fromHere)
    case .flame(var state):
      defer { page = .flame(state) }
      return FlameView(state, shown, search: text).find(text, &state, forward: forward, width: area.width)
    case .timeline(var state):
      defer { page = .timeline(state) }
      return TimelineView(state, shown)?.find(text, &state, forward: forward) ?? false
    case .console(var state):
      defer { page = .console(state) }
      let view = ConsoleView(snapshot.console, filter: state.filter)
      return view.find(text, &state, forward: fromHere ? false : forward, height: area.height)
    }
  }
}
