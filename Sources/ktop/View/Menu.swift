// A short list to choose from, drawn over the table.

struct Menu: Equatable {
  struct Item: Equatable {
    var id: Int
    var text: String
  }

  var title: String
  var items: [Item]
  var selected = 0

  var selectedItem: Item? { items.indices.contains(selected) ? items[selected] : nil }

  mutating func move(by distance: Int) {
    guard !items.isEmpty else { return }
    selected = min(max(0, selected + distance), items.count - 1)
  }

  func draw(on screen: some Screen, row first: Int, height: Int) {
    let width = min(screen.columns, (items.map(\.text.count) + [title.count]).max()! + 4)
    screen.draw((" " + title).padded(to: width), row: first, style: .bar)
    let visible = max(1, height - 1)
    let top = max(0, selected - visible + 1)
    for (offset, index) in items.indices.dropFirst(top).prefix(visible).enumerated() {
      let style: Style = index == selected ? .selected : .normal
      screen.draw(("  " + items[index].text).padded(to: width), row: first + 1 + offset, style: style)
    }
  }
}
