// Where the frames of a flame graph stand in cells: level by level from the root, each as wide as its share.

struct FlameLayer {
  struct Frame: Equatable {
    var node: Int
    var column: Int
    var width: Int
  }

  /// Frames of each level, from left to right; level 0 is the root.
  private(set) var levels: [[Frame]] = []

  /// - Parameters:
  ///   - zoom: the node that is as wide as the screen; those above it are as wide too.
  ///   - depth: levels at most.
  init(_ tree: FlameTree, zoom: Int, width: Int, depth: Int) {
    for ancestor in tree.ancestors(of: zoom) { levels.append([Frame(node: ancestor, column: 0, width: width)]) }
    guard tree.nodes[zoom].total > 0 else { return }
    var row: [(node: Int, start: Double)] = [(zoom, 0)]
    let scale = Double(width) / Double(tree.nodes[zoom].total)
    while !row.isEmpty && levels.count < depth {
      var frames: [Frame] = []
      var next: [(Int, Double)] = []
      for (node, start) in row {
        let end = start + Double(tree.nodes[node].total) * scale
        let (left, right) = (Int(start.rounded()), Int(end.rounded()))
        guard right > left else { continue }
        frames.append(Frame(node: node, column: left, width: min(right, width) - left))
        var child = start
        for index in tree.nodes[node].children {
          next.append((index, child))
          child += Double(tree.nodes[index].total) * scale
        }
      }
      if !frames.isEmpty { levels.append(frames) }
      row = next
    }
  }

  /// The frame at a cell; nil where there is none.
  func frame(level: Int, column: Int) -> Frame? {
    guard levels.indices.contains(level) else { return nil }
    return levels[level].first { $0.column <= column && column < $0.column + $0.width }
  }

  func position(of node: Int) -> (level: Int, index: Int)? {
    for (level, frames) in levels.enumerated() {
      if let index = frames.firstIndex(where: { $0.node == node }) { return (level, index) }
    }
    return nil
  }
}
