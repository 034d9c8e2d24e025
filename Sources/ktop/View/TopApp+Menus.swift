// The menus: by what to sort, and which probes are on.

import Tracer

extension TopApp {
  // MARK: Sorting

  mutating func shiftSortColumn(by distance: Int) {
    let count = panel.columns.count + 1
    table.sortColumn = (table.sortColumn + 1 + distance + count) % count - 1
  }

  mutating func openSortMenu() {
    let items =
      [Menu.Item(id: -1, text: panel.nameTitle)]
      + panel.columns.enumerated().map { Menu.Item(id: $0.offset, text: $0.element.title) }
    mode = .sortMenu(Menu(title: "Sort by", items: items, selected: table.sortColumn + 1))
  }

  mutating func handleSortMenu(_ key: Key, _ menu: Menu) -> Action? {
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

  mutating func openProbeMenu() {
    guard !snapshot.keys.isEmpty else { return message = "the kernel has not said which probes it has" }
    mode = .probeMenu(Menu(title: "Probes (Enter switches)", items: Self.probeItems(snapshot.keys)))
  }

  static func probeItems(_ keys: [Snapshot.Key]) -> [Menu.Item] {
    keys.map { Menu.Item(id: $0.id, text: "[\($0.isOn ? "x" : " ")] \($0.name)") }
      + [Menu.Item(id: allOn, text: "all on"), Menu.Item(id: allOff, text: "all off")]
  }

  mutating func handleProbeMenu(_ key: Key, _ menu: Menu) -> Action? {
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
