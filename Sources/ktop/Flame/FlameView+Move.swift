// How one moves in a flame graph: from frame to frame, to what is found, to what is clicked.

extension FlameView {
  func layer(_ state: FlameState, width: Int) -> FlameLayer {
    FlameLayer(tree, zoom: tree.node(at: state.zoom), width: width * state.density.columns, depth: 500)
  }

  func scroll(_ state: inout FlameState, _ layer: FlameLayer, levels: Int) {
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
  func click(_ state: inout FlameState, row: Int, column: Int, width: Int, height: Int) -> Bool {
    guard row >= 1, row < height - 1 else { return false }
    let line = state.isIcicle ? row - 1 : height - 2 - row
    let first = state.top + line * state.density.levels
    let layer = layer(state, width: width)
    // Of what shares a cell, the frame that is nearest to the root.
    let places = (first..<first + state.density.levels).flatMap { level in
      (0..<state.density.columns).map { (level, column * state.density.columns + $0) }
    }
    guard let frame = places.lazy.compactMap({ layer.frame(level: $0.0, column: $0.1) }).first else { return false }
    let path = tree.path(to: frame.node)
    defer { state.selected = path }
    return path == state.selected
  }
}
