// The trees that a snapshot has flame graphs of: stacks that the kernel has counted, and the tree of spans.

import FlameGraph
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

  /// - Parameter window: only what counts in it, which ends now; since the mark where there is one.
  func tree(of snapshot: Snapshot, in window: TimeWindow?) -> FlameTree {
    if let stacks { return Self.tree(of: snapshot, stacks, in: window) }
    let sums = window.map { snapshot.treeHistory.sums(in: $0, of: snapshot) }
    let own = sums == nil ? Self.own(snapshot.tree, self) : []
    let items = snapshot.tree.indices.map { index in
      (
        name: snapshot.name(of: snapshot.tree[index].label), parent: snapshot.tree[index].parent ?? -1,
        own: sums.map { $0[index].value(self) } ?? own[index]
      )
    }
    return FlameTree(items, root: "all", unit: self == .calls ? .count : .ticks)
  }

  private static func tree(of snapshot: Snapshot, _ kind: StackKind, in window: TimeWindow?) -> FlameTree {
    let unit: FlameTree.Unit = kind == .running ? .count : .nanoseconds
    func tree(_ stacks: FoldedStacks) -> FlameTree {
      FlameTree(stacks.rows.map { (name: $0.name, parent: $0.parent, own: $0.value) }, root: "all", unit: unit)
    }
    guard let model = snapshot.model, let session = snapshot.session else { return tree(FoldedStacks()) }
    if let window {
      return tree(model.stacks(of: session, kind, in: window, since: snapshot.marked?.session?.time ?? 0))
    }
    let all = tree(model.stacks(of: session, kind))
    guard let marked = snapshot.marked?.model, let before = marked.session else { return all }
    return all.without(tree(marked.stacks(of: before, kind)))
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
