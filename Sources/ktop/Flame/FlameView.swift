// Draws a flame graph and moves in it.

import TraceModel

struct FlameView {
  let tree: FlameTree
  let snapshot: Snapshot
  let kind: FlameKind
  let search: String

  init(_ state: FlameState, _ snapshot: Snapshot, search: String) {
    kind = state.kind ?? FlameKind.usual(in: snapshot)
    let live = kind.tree(of: snapshot, in: state.timeWindow)
    tree = (state.frozen ?? live).filtered(state.filter)
    self.snapshot = snapshot
    self.search = search
  }

  func draw(_ state: inout FlameState, on screen: some Screen, row: Int, height: Int) {
    drawHead(state, on: screen, row: row)
    guard tree.total > 0 else {
      let hint =
        state.filter.isEmpty
        ? "; the probe \(kind.probe) brings them, another kind is a key away" : ": no stack with '\(state.filter)'"
      return screen.draw("no \(kind.title) yet" + hint, row: row + 1, style: .faint)
    }
    let layer = self.layer(state, width: screen.columns)
    scroll(&state, layer, levels: (height - 2) * state.density.levels)
    switch state.density {
    case .names: drawNames(state, layer, on: screen, row: row + 1, height: height - 2)
    case .halves: drawHalves(state, layer, on: screen, row: row + 1, height: height - 2)
    case .dots: drawDots(state, layer, on: screen, row: row + 1, height: height - 2)
    }
    drawFacts(state, on: screen, row: row + height - 1)
  }

  // MARK: Drawing

  private func drawHead(_ state: FlameState, on screen: some Screen, row: Int) {
    var text = " \(kind.title), \(windowText(state.timeWindow))"
    if state.frozen != nil { text += ", FROZEN" }
    if !state.filter.isEmpty { text += ", stacks with '\(state.filter)'" }
    screen.drawBar(text, row: row, style: .bar)
  }

  private func windowText(_ window: TimeWindow?) -> String {
    switch window {
    case nil: return snapshot.marked == nil ? "all of the time" : "since the mark"
    case .last(let seconds): return "last \(Int(min(seconds, reach ?? seconds))) s"
    case .fading(let halfLife): return "fading, by half in \(Int(halfLife)) s"
    }
  }

  /// Seconds back to which the history of what is shown goes, where it does not go back to the beginning.
  private var reach: Double? {
    if kind.stacks != nil { return snapshot.session?.stackHistoryReach }
    return snapshot.treeHistory.start.map { snapshot.nanoseconds(snapshot.time - min(snapshot.time, $0)) / 1e9 }
  }

  private func drawNames(_ state: FlameState, _ layer: FlameLayer, on screen: some Screen, row: Int, height: Int) {
    let chosen = tree.node(at: state.selected)
    for (offset, frames) in layer.levels.dropFirst(state.top).prefix(height).enumerated() {
      let line = state.isIcicle ? row + offset : row + height - 1 - offset
      for frame in frames {
        let style: Style = frame.node == chosen ? .selected : .fill(paint(frame.node))
        screen.draw(label(frame), row: line, column: frame.column, style: style)
      }
    }
  }

  // A bar at the left edge tells a frame from its neighbour of the same colour.
  private func label(_ frame: FlameLayer.Frame) -> String {
    guard frame.width > 1 else { return "|" }
    return ("|" + CellText.printable(tree.nodes[frame.node].name, true)).padded(to: frame.width)
  }

  func paint(_ node: Int) -> Paint {
    let name = tree.nodes[node].name
    return !search.isEmpty && name.lowercased().contains(search.lowercased()) ? .found : .flame(named: name)
  }

  private func drawFacts(_ state: FlameState, on screen: some Screen, row: Int) {
    let node = tree.nodes[tree.node(at: state.selected)]
    var text = "\(node.name): \(value(node.total)) (\(Format.percent(node.total, of: tree.total)))"
    if node.own > 0 && !node.children.isEmpty { text += ", itself \(value(node.own))" }
    if !search.isEmpty { text += "; '\(search)' in \(Format.percent(tree.matched(search), of: tree.total))" }
    screen.draw(text, row: row, style: .strong)
  }

  private func value(_ value: UInt64) -> String {
    switch tree.unit {
    case .count: return Format.count(value)
    case .nanoseconds: return Format.duration(Double(value))
    case .ticks: return Format.duration(snapshot.nanoseconds(value))
    }
  }
}
