// The trees that a snapshot has flame graphs of.

import TraceModel

enum FlameKind: CaseIterable, Sendable {
  case onCPU, offCPU, calls

  var title: String {
    switch self {
    case .onCPU: return "on-CPU time in spans"
    case .offCPU: return "off-CPU time in spans"
    case .calls: return "how often, calls and spans"
    }
  }

  /// - Parameter seconds: only what the last so many brought.
  func tree(of snapshot: Snapshot, lastSeconds seconds: Double?) -> FlameTree {
    let then = seconds.flatMap { snapshot.treeHistory.values($0, before: snapshot.time, of: snapshot) }
    let own = Self.own(snapshot.tree, self)
    let items = snapshot.tree.indices.map { index in
      let before = then.map { index < $0.count ? $0[index] : SpanSums() } ?? SpanSums()
      return (
        name: snapshot.name(of: snapshot.tree[index].label), parent: snapshot.tree[index].parent ?? -1,
        own: own[index] &- min(own[index], before.value(self))
      )
    }
    return FlameTree(items, root: "all", unit: self == .calls ? .count : .ticks)
  }

  static func own(_ tree: [SpanTree.Node], _ kind: FlameKind) -> [UInt64] {
    switch kind {
    case .onCPU: return tree.map(\.selfOnCPU)
    case .calls: return tree.map(\.count)
    case .offCPU:
      // A span's time off the CPU counts in every span around it.
      var inside = [UInt64](repeating: 0, count: tree.count)
      for node in tree { if let parent = node.parent { inside[parent] &+= node.offCPU } }
      return zip(tree, inside).map { $0.offCPU > $1 ? $0.offCPU - $1 : 0 }
    }
  }
}

/// A node's own sums at some moment.
struct SpanSums: Sendable {
  var onCPU: UInt64 = 0
  var offCPU: UInt64 = 0
  var count: UInt64 = 0

  func value(_ kind: FlameKind) -> UInt64 {
    switch kind {
    case .onCPU: return onCPU
    case .offCPU: return offCPU
    case .calls: return count
    }
  }
}
