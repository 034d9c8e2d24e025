// What keys do. Those of the table are htop's and top's where these agree.

import Tracer

extension TopApp {
  /// Takes a key and says what the outside has to do.
  mutating func handle(_ key: Key) -> Action? {
    message = nil
    switch key {
    case .interrupt: return .quit
    case .suspend: return .suspend
    case .redraw: return .redraw
    default: break
    }
    switch mode {
    case .table: return handleInTable(key)
    case .help:
      mode = .table
      return key == .function(10) ? .quit : nil
    case .typing(let prompt, let before): return handleTyping(key, prompt, before)
    case .sortMenu(let menu): return handleSortMenu(key, menu)
    case .probeMenu(let menu): return handleProbeMenu(key, menu)
    }
  }

  // MARK: Table

  private mutating func handleInTable(_ key: Key) -> Action? {
    if moves(key) { return nil }
    switch key {
    case .character("q"), .function(10): return .quit
    case .character("?"), .character("h"), .function(1): mode = .help
    case .tab: show(panel: (active + 1) % panels.count)
    case .backTab: show(panel: (active + panels.count - 1) % panels.count)
    case .character(let digit) where digit.isASCII && digit.isNumber: show(panel: (digit.wholeNumberValue ?? 0) - 1)
    case .character("s"), .function(6): openSortMenu()
    case .character("<"), .character(","), .left: shiftSortColumn(by: -1)
    case .character(">"), .character("."), .right: shiftSortColumn(by: 1)
    case .character("I"): table.isInverted.toggle()
    case .character("\\"), .function(4): mode = .typing(.filter, before: table.filter)
    case .character("/"), .function(3): beginSearch()
    case .character("n"): find(offset: 1, forward: true)
    case .character("N"): find(offset: 1, forward: false)
    case .character(" "), .character("p"), .function(5): togglePause()
    case .enter: table.showsDetail.toggle()
    case .escape: leave()
    case .character("e"), .character("d"), .function(7): openProbeMenu()
    case .character("r"), .function(8): return .send(.reset)
    default: break
    }
    return nil
  }

  private mutating func moves(_ key: Key) -> Bool {
    switch key {
    case .up, .character("k"): table.move(by: -1, in: rows)
    case .down, .character("j"): table.move(by: 1, in: rows)
    case .pageUp: table.move(by: -pageHeight, in: rows)
    case .pageDown: table.move(by: pageHeight, in: rows)
    case .home, .character("g"): table.selected = nil
    case .end, .character("G"): table.select(rows.count - 1, in: rows)
    default: return false
    }
    return true
  }

  // Out of what is in the way, one thing a time.
  private mutating func leave() {
    if table.showsDetail { table.showsDetail = false } else { table.filter = "" }
  }

  // MARK: Filter and search

  private mutating func beginSearch() {
    mode = .typing(.search, before: searchText)
    searchText = ""
  }

  private mutating func handleTyping(_ key: Key, _ prompt: Prompt, _ before: String) -> Action? {
    var text = prompt == .filter ? table.filter : searchText
    switch key {
    case .character(let character): text.append(character)
    case .backspace where !text.isEmpty: text.removeLast()
    case .enter: return finishTyping(text)
    case .escape, .backspace:
      text = before
      mode = .table
    case .function(10): return .quit
    case .up, .down, .pageUp, .pageDown:
      _ = moves(key)
      return nil
    default: return nil
    }
    if prompt == .filter { table.filter = text } else { search(text) }
    return nil
  }

  private mutating func finishTyping(_ text: String) -> Action? {
    if case .typing(.search, let before) = mode, text.isEmpty { searchText = before }
    mode = .table
    return nil
  }

  private mutating func search(_ text: String) {
    searchText = text
    guard mode != .table, !text.isEmpty else { return }
    if !table.find(text, in: rows, offset: 0) { message = "nothing matches" }
  }

  private mutating func find(offset: Int, forward: Bool) {
    guard !searchText.isEmpty else { return message = "/ begins a search" }
    if !table.find(searchText, in: rows, offset: offset, forward: forward) { message = "no \(searchText) here" }
  }

  // MARK: Sorting

  private mutating func shiftSortColumn(by distance: Int) {
    let count = panel.columns.count + 1
    table.sortColumn = (table.sortColumn + 1 + distance + count) % count - 1
  }

  private mutating func openSortMenu() {
    let items =
      [Menu.Item(id: -1, text: panel.nameTitle)]
      + panel.columns.enumerated().map { Menu.Item(id: $0.offset, text: $0.element.title) }
    mode = .sortMenu(Menu(title: "Sort by", items: items, selected: table.sortColumn + 1))
  }

  private mutating func handleSortMenu(_ key: Key, _ menu: Menu) -> Action? {
    guard let menu = moved(menu, key) else { return nil }
    switch key {
    case .enter, .character(" "):
      table.sortColumn = menu.selectedItem?.id ?? table.sortColumn
      mode = .table
    case .function(10): return .quit
    default: mode = .sortMenu(menu)
    }
    return nil
  }

  // Moves in the menu; nil when the key has closed it.
  private mutating func moved(_ menu: Menu, _ key: Key) -> Menu? {
    var menu = menu
    switch key {
    case .up, .character("k"): menu.move(by: -1)
    case .down, .character("j"): menu.move(by: 1)
    case .home, .pageUp: menu.move(by: -menu.items.count)
    case .end, .pageDown: menu.move(by: menu.items.count)
    case .escape, .character("q"):
      mode = .table
      return nil
    default: break
    }
    return menu
  }

  // MARK: Probes

  private static var allOn: Int { -1 }
  private static var allOff: Int { -2 }

  private mutating func openProbeMenu() {
    guard !snapshot.keys.isEmpty else { return message = "the kernel has not said which probes it has" }
    mode = .probeMenu(Menu(title: "Probes (Enter switches)", items: Self.probeItems(snapshot.keys)))
  }

  static func probeItems(_ keys: [Snapshot.Key]) -> [Menu.Item] {
    keys.map { Menu.Item(id: $0.id, text: "[\($0.isOn ? "x" : " ")] \($0.name)") }
      + [Menu.Item(id: allOn, text: "all on"), Menu.Item(id: allOff, text: "all off")]
  }

  private mutating func handleProbeMenu(_ key: Key, _ menu: Menu) -> Action? {
    guard let menu = moved(menu, key) else { return nil }
    mode = .probeMenu(menu)
    switch key {
    case .enter, .character(" "): return menu.selectedItem.flatMap { toggle($0.id) }
    case .function(10): return .quit
    default: return nil
    }
  }

  // The kernel's next HELLO shows what has become of it.
  private func toggle(_ id: Int) -> Action? {
    let all = snapshot.keys.reduce(UInt32(0)) { $0 | 1 << UInt32($1.id) }
    if id == Self.allOn { return .send(.enable(all)) }
    if id == Self.allOff { return .send(.disable(all)) }
    guard let key = snapshot.keys.first(where: { $0.id == id }) else { return nil }
    return .send(key.isOn ? .disable(1 << UInt32(id)) : .enable(1 << UInt32(id)))
  }
}
