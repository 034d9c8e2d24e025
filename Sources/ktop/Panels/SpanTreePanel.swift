// Spans as a tree: thread, system call, spans inside, each with what it cost itself and what was inside it.

import TraceModel
import Tracer

struct SpanTreePanel: Panel {
  let title = "Spans"
  let shortTitle = "Spans"
  let nameTitle = "THREAD > CALL > SPAN"
  let defaultSort = 0
  let purpose = "where the kernel's time goes, by thread name, system call and what is inside; of the events received"
  let emptyText = "no span yet; e switches probes on"
  let columns = [
    Column(title: "TIME", width: 9, priority: 0, meaning: "time on the CPU, with everything inside"),
    Column(title: "SELF", width: 9, priority: 1, meaning: "of it, outside of every nested span"),
    Column(title: "CHILD", width: 9, priority: 3, meaning: "of it, in nested spans"),
    Column(title: "OFF-CPU", width: 9, priority: 2, meaning: "time switched out meanwhile"),
    Column(title: "COUNT", priority: 4, meaning: "occurrences"),
    Column(title: "MEAN", priority: 5, meaning: "time on the CPU a time"),
    Column(title: "SHARE", priority: 6, meaning: "part of all time on the CPU in the kernel"),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    let tree = snapshot.tree
    var totals = tree.map(\.selfOnCPU)
    for index in tree.indices.reversed() {
      if let parent = tree[index].parent { totals[parent] &+= totals[index] }
    }
    let whole = tree.indices.filter { tree[$0].parent == nil }.reduce(UInt64(0)) { $0 &+ totals[$1] }
    var depths = [Int](repeating: 0, count: tree.count)
    return tree.indices.compactMap { index in
      let node = tree[index]
      if let parent = node.parent { depths[index] = depths[parent] + 1 }
      guard node.count > 0 || totals[index] > 0 else { return nil }
      let mean = node.count > 0 ? snapshot.nanoseconds(totals[index]) / Double(node.count) : .nan
      return PanelRow(
        id: index, name: snapshot.name(of: node.label),
        cells: [
          .duration(snapshot.nanoseconds(totals[index])), .duration(snapshot.nanoseconds(node.selfOnCPU)),
          .duration(snapshot.nanoseconds(totals[index] &- node.selfOnCPU)),
          node.offCPU == 0 ? Cell("-", 0) : .duration(snapshot.nanoseconds(node.offCPU)), .count(node.count),
          .duration(mean), .share(totals[index], of: whole),
        ], parent: node.parent, depth: depths[index], link: link(node.label, snapshot.path(to: index)))
    }
  }

  private func link(_ label: SpanTree.Label, _ path: [String]) -> Link {
    switch label {
    case .thread: return .flame(path)
    case .systemCall(let number): return .subject(.systemCall(number))
    case .span(let id): return .subject(.span(id))
    }
  }
}
