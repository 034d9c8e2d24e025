// A tree of names and values, as flame graphs show it: from whatever has names, parents and own values.

struct FlameTree: Sendable {
  struct Node: Sendable {
    var name: String
    var parent: Int
    /// Without and with what is below.
    var own: UInt64
    var total: UInt64
    var children: [Int] = []
  }

  /// Node 0 is the root of everything.
  private(set) var nodes: [Node]
  /// What a value is.
  let unit: Unit

  enum Unit: Sendable { case ticks, nanoseconds, count }

  /// Nodes with their parents before them; a parent below 0 is the root. Nodes without any value are left out.
  init(_ items: some Sequence<(name: String, parent: Int, own: UInt64)>, root: String, unit: Unit) {
    self.unit = unit
    nodes = [Node(name: root, parent: -1, own: 0, total: 0)]
    for item in items {
      nodes.append(Node(name: item.name, parent: max(0, item.parent + 1), own: item.own, total: item.own))
    }
    for index in nodes.indices.dropFirst().reversed() { nodes[nodes[index].parent].total &+= nodes[index].total }
    for index in nodes.indices.dropFirst() where nodes[index].total > 0 {
      nodes[nodes[index].parent].children.append(index)
    }
    // By name: what is live stays where it is.
    let names = nodes.map(\.name)
    for index in nodes.indices where nodes[index].children.count > 1 {
      nodes[index].children.sort { names[$0] < names[$1] }
    }
  }

  var total: UInt64 { nodes[0].total }

  /// The node at the end of a path of names from below the root; as far as the path goes.
  func node(at path: [String]) -> Int {
    var node = 0
    for name in path {
      guard let next = nodes[node].children.first(where: { nodes[$0].name == name }) else { return node }
      node = next
    }
    return node
  }

  /// The names from below the root to a node.
  func path(to node: Int) -> [String] {
    var names: [String] = []
    var next = node
    while next > 0 {
      names.append(nodes[next].name)
      next = nodes[next].parent
    }
    return names.reversed()
  }

  func ancestors(of node: Int) -> [Int] {
    var result: [Int] = []
    var next = nodes[node].parent
    while next >= 0 {
      result.append(next)
      next = nodes[next].parent
    }
    return result.reversed()
  }

  /// Only the stacks that have a name with `text` in them.
  func filtered(_ text: String) -> FlameTree {
    let needle = text.lowercased()
    guard !needle.isEmpty else { return self }
    var matches = nodes.map { $0.name.lowercased().contains(needle) }
    matches[0] = false
    for index in nodes.indices.dropFirst() where matches[nodes[index].parent] { matches[index] = true }
    return FlameTree(
      nodes.indices.dropFirst().map { (nodes[$0].name, nodes[$0].parent - 1, matches[$0] ? nodes[$0].own : 0) },
      root: nodes[0].name, unit: unit)
  }

  /// The value of the stacks that hold a name with `text`, each counted once.
  func matched(_ text: String) -> UInt64 {
    let needle = text.lowercased()
    guard !needle.isEmpty else { return 0 }
    var sum: UInt64 = 0
    var stack = nodes[0].children
    while let node = stack.popLast() {
      if nodes[node].name.lowercased().contains(needle) {
        sum &+= nodes[node].total
      } else {
        stack += nodes[node].children
      }
    }
    return sum
  }

  /// What is here and was not in `earlier`: values less those at the same path there.
  func without(_ earlier: FlameTree) -> FlameTree {
    var same = [Int?](repeating: nil, count: nodes.count)
    same[0] = 0
    return FlameTree(
      nodes.indices.dropFirst().map { index in
        let node = nodes[index]
        let twin = same[node.parent].flatMap { parent in
          earlier.nodes[parent].children.first { earlier.nodes[$0].name == node.name }
        }
        same[index] = twin
        let then = twin.map { earlier.nodes[$0].own } ?? 0
        return (node.name, node.parent - 1, node.own > then ? node.own - then : 0)
      }, root: nodes[0].name, unit: unit)
  }

  /// Folded stacks: a line a node with a value of its own.
  func folded(_ value: (UInt64) -> UInt64) -> String {
    nodes.indices.dropFirst().filter { value(nodes[$0].own) > 0 }.map {
      path(to: $0).joined(separator: ";") + " \(value(nodes[$0].own))\n"
    }.sorted().joined()
  }
}
