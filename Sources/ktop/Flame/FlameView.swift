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
    let levels = (height - 2) * (state.isCompact && screen.isUnicode ? 2 : 1)
    let layer = self.layer(state, width: screen.columns)
    scroll(&state, layer, levels: levels)
    if state.isCompact && screen.isUnicode {
      drawHalves(state, layer, on: screen, row: row + 1, height: height - 2)
    } else {
      drawNames(state, layer, on: screen, row: row + 1, height: height - 2)
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

  private func drawHalves(_ state: FlameState, _ layer: FlameLayer, on screen: some Screen, row: Int, height: Int) {
    let shown = Array(layer.levels.dropFirst(state.top).prefix(height * 2))
    let chosen = tree.node(at: state.selected)
    let paints = shown.map { frames in
      var cells = [Paint](repeating: .none, count: screen.columns)
      for frame in frames {
        for column in frame.column..<min(screen.columns, frame.column + frame.width) {
          cells[column] = frame.node == chosen ? .cursor : paint(frame.node)
        }
      }
      return cells
    }
    let none = [Paint](repeating: .none, count: screen.columns)
    for pair in 0..<(paints.count + 1) / 2 {
      let line = state.isIcicle ? row + pair : row + height - 1 - pair
      let (near, far) = (paints[pair * 2], pair * 2 + 1 < paints.count ? paints[pair * 2 + 1] : none)
      let (upper, lower) = state.isIcicle ? (near, far) : (far, near)
      for column in 0..<screen.columns where upper[column] != .none || lower[column] != .none {
        let isUpper = upper[column] != .none
        let style: Style = isUpper ? .halves(upper[column], lower[column]) : .halves(lower[column], .none)
        screen.draw(isUpper ? "▀" : "▄", row: line, column: column, style: style)
      }
    }
  }

  private func paint(_ node: Int) -> Paint {
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

  // MARK: Moving

  func layer(_ state: FlameState, width: Int) -> FlameLayer {
    FlameLayer(tree, zoom: tree.node(at: state.zoom), width: width, depth: 500)
  }

  private func scroll(_ state: inout FlameState, _ layer: FlameLayer, levels: Int) {
    let level = layer.position(of: tree.node(at: state.selected))?.level ?? 0
    if level < state.top { state.top = level }
    if level >= state.top + levels { state.top = level - levels + 1 }
    state.top = max(0, min(state.top, layer.levels.count - levels))
  }

  enum Direction { case toLeaves, toRoot, left, right }

  func move(_ state: inout FlameState, _ direction: Direction, width: Int) {
    let layer = layer(state, width: width)
    guard let here = layer.position(of: tree.node(at: state.selected)) else {
      state.selected = state.zoom
      return
    }
    let frame = layer.levels[here.level][here.index]
    var target: FlameLayer.Frame?
    switch direction {
    case .toRoot:
      target =
        layer.levels.indices.contains(here.level - 1)
        ? layer.frame(level: here.level - 1, column: frame.column) : nil
    case .toLeaves:
      // The widest of what is inside.
      target =
        layer.levels.indices.contains(here.level + 1)
        ? layer.levels[here.level + 1].filter { tree.nodes[$0.node].parent == frame.node }.max { $0.width < $1.width }
        : nil
    case .left: target = here.index > 0 ? layer.levels[here.level][here.index - 1] : nil
    case .right:
      target = here.index + 1 < layer.levels[here.level].count ? layer.levels[here.level][here.index + 1] : nil
    }
    if let target { state.selected = tree.path(to: target.node) }
  }

  /// Chooses the next frame, from left to right and level by level, whose name has `text`.
  func find(_ text: String, _ state: inout FlameState, forward: Bool, width: Int) -> Bool {
    let needle = text.lowercased()
    let frames = Array(layer(state, width: width).levels.joined())
    guard !needle.isEmpty, !frames.isEmpty else { return false }
    let chosen = tree.node(at: state.selected)
    let start = frames.firstIndex { $0.node == chosen } ?? 0
    for step in 1...frames.count {
      let index = ((start + (forward ? step : -step)) % frames.count + frames.count) % frames.count
      guard tree.nodes[frames[index].node].name.lowercased().contains(needle) else { continue }
      state.selected = tree.path(to: frames[index].node)
      return true
    }
    return false
  }

  /// Chooses the frame at a cell of the picture; true when it was chosen before.
  func click(_ state: inout FlameState, row: Int, column: Int, width: Int, height: Int, isUnicode: Bool) -> Bool {
    guard row >= 1, row < height - 1 else { return false }
    let line = state.isIcicle ? row - 1 : height - 2 - row
    let level = state.top + line * (state.isCompact && isUnicode ? 2 : 1)
    guard let frame = layer(state, width: width).frame(level: level, column: column) else { return false }
    let path = tree.path(to: frame.node)
    defer { state.selected = path }
    return path == state.selected
  }
}
