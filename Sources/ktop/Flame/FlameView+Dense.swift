// The flame graph in less room than its names need: two levels a line in half blocks, or four in dots, which are half a
// cell wide, so that the shape of all of it is seen and frames that are narrower than a cell.

extension FlameView {
  func drawHalves(_ state: FlameState, _ layer: FlameLayer, on screen: some Screen, row: Int, height: Int) {
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

  /// In Braille, or, where there is none, in characters that are the denser the more dots they stand for.
  func drawDots(_ state: FlameState, _ layer: FlameLayer, on screen: some Screen, row: Int, height: Int) {
    let shown = Array(layer.levels.dropFirst(state.top).prefix(height * 4))
    let chosen = tree.node(at: state.selected)
    for first in stride(from: 0, to: shown.count, by: 4) {
      let line = state.isIcicle ? row + first / 4 : row + height - 1 - first / 4
      var dots = [DotCell](repeating: DotCell(), count: screen.columns)
      for (offset, frames) in shown[first..<min(first + 4, shown.count)].enumerated() {
        let level = state.isIcicle ? offset : 3 - offset
        for frame in frames { add(frame, isChosen: frame.node == chosen, level: level, to: &dots) }
      }
      for (column, cell) in dots.enumerated() where cell.bits != 0 {
        screen.draw(
          cell.text(screen.isUnicode), row: line, column: column, style: .halves(cell.paint(paint), .none))
      }
    }
  }

  // A frame that is wide enough leaves its last dot out, so that it is told from the next.
  private func add(_ frame: FlameLayer.Frame, isChosen: Bool, level: Int, to dots: inout [DotCell]) {
    let end = frame.column + max(1, frame.width > 2 ? frame.width - 1 : frame.width)
    for column in frame.column..<end where column / 2 < dots.count {
      dots[column / 2].add(frame.node, isChosen: isChosen, level: level, isRight: column % 2 == 1)
    }
  }
}

/// What stands in one cell: two by four dots, and of which frames they are.
private struct DotCell {
  private(set) var bits: UInt32 = 0
  private var isChosen = false
  private var nodes: [(node: Int, count: Int)] = []

  // By column and row, the top row first.
  private static let dots: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
  private static let densities = Array(" .:-=+*%#")

  mutating func add(_ node: Int, isChosen: Bool, level: Int, isRight: Bool) {
    bits |= Self.dots[isRight ? 1 : 0][level]
    if isChosen { self.isChosen = true }
    if let place = nodes.firstIndex(where: { $0.node == node }) {
      nodes[place].count += 1
    } else {
      nodes.append((node, 1))
    }
  }

  func text(_ isUnicode: Bool) -> String {
    isUnicode
      ? String(UnicodeScalar(0x2800 + bits).map(Character.init) ?? " ") : String(Self.densities[bits.nonzeroBitCount])
  }

  /// Of what is chosen or found, else of the frame that has most of it.
  func paint(_ paint: (Int) -> Paint) -> Paint {
    if isChosen { return .cursor }
    if nodes.contains(where: { paint($0.node) == .found }) { return .found }
    return nodes.max { $0.count < $1.count }.map { paint($0.node) } ?? .none
  }
}
