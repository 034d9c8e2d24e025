// How one panel's rows are looked at: order, filter, the selected row and the scroll position.

struct TableState: Sendable {
  /// Index into the panel's columns; -1 sorts by name.
  var sortColumn: Int
  /// Smallest first; names: Z first.
  var isInverted = false
  /// Only rows whose names contain this.
  var filter = ""
  /// The selected row by id, which stays selected as rows move; nil: whatever is on top.
  var selected: Int?
  var top = 0

  private let tieColumn: Int

  init(_ panel: any Panel) {
    sortColumn = panel.defaultSort
    tieColumn = panel.columns.firstIndex { !$0.isMomentary } ?? panel.defaultSort
  }

  /// The rows that pass the filter, in order; in a tree each below its own, and with what it stands under.
  func arranged(_ rows: [PanelRow]) -> [PanelRow] {
    let kept = filtered(rows)
    guard rows.contains(where: { $0.parent != nil }) else { return ordered(kept) }
    let children = Dictionary(grouping: kept) { $0.parent ?? -1 }
    var result: [PanelRow] = []
    var stack = Array(ordered(children[-1] ?? []).reversed())
    while let row = stack.popLast() {
      result.append(row)
      stack += ordered(children[row.id] ?? []).reversed()
    }
    return result
  }

  private func filtered(_ rows: [PanelRow]) -> [PanelRow] {
    let needle = filter.lowercased()
    guard !needle.isEmpty else { return rows }
    var kept = Set<Int>()
    let parents = Dictionary(rows.map { ($0.id, $0.parent) }, uniquingKeysWith: { $1 })
    for row in rows where row.name.lowercased().contains(needle) {
      var next: Int? = row.id
      while let id = next, kept.insert(id).inserted { next = parents[id] ?? nil }
    }
    return rows.filter { kept.contains($0.id) }
  }

  private func ordered(_ rows: [PanelRow]) -> [PanelRow] {
    let ordered = rows.sorted { one, other in
      // Of two that stand equal now, the one that has more behind it.
      for column in sortColumn >= 0 ? [sortColumn, tieColumn] : [] {
        let (left, right) = (one.cells[column].order, other.cells[column].order)
        if left != right { return left > right }
      }
      return one.name != other.name ? one.name < other.name : one.id < other.id
    }
    return isInverted ? ordered.reversed() : ordered
  }

  func selectedIndex(in rows: [PanelRow]) -> Int {
    selected.flatMap { id in rows.firstIndex { $0.id == id } } ?? 0
  }

  mutating func move(by distance: Int, in rows: [PanelRow]) {
    guard !rows.isEmpty else { return }
    select(selectedIndex(in: rows) + distance, in: rows)
  }

  mutating func select(_ index: Int, in rows: [PanelRow]) {
    guard !rows.isEmpty else { return }
    selected = rows[min(max(0, index), rows.count - 1)].id
  }

  /// Selects the next row whose name contains `text`, starting `offset` rows on, in the given direction.
  mutating func find(_ text: String, in rows: [PanelRow], offset: Int, forward: Bool = true) -> Bool {
    guard !text.isEmpty, !rows.isEmpty else { return false }
    let needle = text.lowercased()
    let start = selectedIndex(in: rows)
    for step in 0..<rows.count {
      let distance = forward ? start + offset + step : start - offset - step
      let index = ((distance % rows.count) + rows.count) % rows.count
      guard rows[index].name.lowercased().contains(needle) else { continue }
      selected = rows[index].id
      return true
    }
    return false
  }

  /// Scrolls as little as shows the selected row in `height` rows.
  mutating func scroll(in rows: [PanelRow], height: Int) {
    let index = selectedIndex(in: rows)
    if index < top { top = index }
    if index >= top + height { top = index - height + 1 }
    top = max(0, min(top, rows.count - height))
  }
}
