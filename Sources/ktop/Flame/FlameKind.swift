// The trees that a snapshot has flame graphs of: stacks that the kernel has counted, and the tree of spans.

import Recordings
import TraceModel
import Tracer

enum FlameKind: CaseIterable, Sendable {
  case running, sleeping, waking, lockWait, spans, spansOff, calls

  var title: String {
    switch self {
    case .running: return "on-CPU stacks (samples)"
    case .sleeping: return "off-CPU stacks"
    case .waking: return "stacks of who woke sleepers"
    case .lockWait: return "stacks of who waited for locks"
    case .spans: return "on-CPU time in spans"
    case .spansOff: return "off-CPU time in spans"
    case .calls: return "how often, calls and spans"
    }
  }

  /// What has to be on for it.
  var probe: String {
    switch self {
    case .running: return "samples"
    case .sleeping, .waking: return "blocking"
    case .lockWait: return "locks"
    case .spans, .spansOff, .calls: return "syscalls"
    }
  }

  /// Counted by the kernel, or of the events received.
  var stacks: StackKind? {
    switch self {
    case .running: return .running
    case .sleeping: return .sleeping
    case .waking: return .waking
    case .lockWait: return .lockWait
    case .spans, .spansOff, .calls: return nil
    }
  }

  /// What is shown until somebody chooses: samples where there are any.
  static func usual(in snapshot: Snapshot) -> FlameKind {
    snapshot.session.map { !$0.stacks(.running).isEmpty } ?? false ? .running : .spans
  }

  /// The kind behind this one.
  var next: FlameKind {
    let all = Self.allCases
    return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
  }

  /// - Parameter seconds: only what the last so many brought; of spans, whose history is kept.
  func tree(of snapshot: Snapshot, lastSeconds seconds: Double?) -> FlameTree {
    if let stacks { return Self.tree(of: snapshot, stacks) }
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

  private static func tree(of snapshot: Snapshot, _ kind: StackKind) -> FlameTree {
    let unit: FlameTree.Unit = kind == .running ? .count : .nanoseconds
    guard let model = snapshot.model, let session = snapshot.session else {
      return FlameTree([], root: "all", unit: unit)
    }
    let rows = model.stacks(of: session, kind).rows
    let tree = FlameTree(rows.map { (name: $0.name, parent: $0.parent, own: $0.value) }, root: "all", unit: unit)
    guard let then = snapshot.marked, let marked = then.model, let before = then.session else { return tree }
    let earlier = marked.stacks(of: before, kind).rows.map { (name: $0.name, parent: $0.parent, own: $0.value) }
    return tree.without(FlameTree(earlier, root: "all", unit: unit))
  }

  static func own(_ tree: [SpanTree.Node], _ kind: FlameKind) -> [UInt64] {
    switch kind {
    case .calls: return tree.map(\.count)
    case .spansOff:
      // A span's time off the CPU counts in every span around it.
      var inside = [UInt64](repeating: 0, count: tree.count)
      for node in tree { if let parent = node.parent { inside[parent] &+= node.offCPU } }
      return zip(tree, inside).map { $0.offCPU > $1 ? $0.offCPU - $1 : 0 }
    default: return tree.map(\.selfOnCPU)
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
    case .calls: return count
    case .spansOff: return offCPU
    default: return onCPU
    }
  }
}
