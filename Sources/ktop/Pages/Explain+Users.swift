// Who makes a system call or a span occur: processes, slow occurrences, places in the tree.

import TraceModel
import Tracer

extension Explain {
  func sharers(_ symbol: Symbol, _ page: inout Document) {
    var shares: [UInt32: CallShare] = [:]
    for thread in snapshot.activity.threads.keys {
      guard let share = snapshot.activity.share(of: thread, symbol) else { continue }
      shares[snapshot.pid(of: thread), default: CallShare()].add(share)
    }
    page.heading("By process (events received)")
    let sorted = shares.sorted { ($1.value.sum, $0.key) < ($0.value.sum, $1.key) }.prefix(20)
    page.table(
      ["  PROCESS", "PID", "COUNT", "TOTAL", "OFF-CPU", "MAX", "ERRORS"], widths: [22, 7, 8, 9, 9, 9, 8],
      rows: sorted.map { pid, share in
        (
          [
            "  " + snapshot.threadName(pid), "\(pid)", Format.count(share.count),
            Format.duration(snapshot.nanoseconds(share.sum)), Format.duration(snapshot.nanoseconds(share.offCPU)),
            Format.duration(snapshot.nanoseconds(share.max)), share.errors == 0 ? "-" : Format.count(share.errors),
          ], snapshot.link(toProcess: pid)
        )
      }, empty: "no event received")
  }

  func slowest(_ symbol: Symbol, _ page: inout Document) {
    page.heading("Slow ones (the last kept of each size; Enter: the timeline there)")
    list(Array((snapshot.activity.latencies[symbol.rawValue]?.slowest ?? []).prefix(12)), &page)
  }

  /// Where in the tree of spans one occurs.
  func places(of id: Int, _ page: inout Document) {
    page.heading("Where (Enter: the flame graph there)")
    let places = snapshot.tree.indices.filter { snapshot.tree[$0].label == .span(id) && snapshot.tree[$0].count > 0 }
    let sorted = places.sorted { snapshot.tree[$0].selfOnCPU > snapshot.tree[$1].selfOnCPU }
    page.table(
      ["  PLACE", "COUNT", "SELF", "OFF-CPU"], widths: [max(24, width - 30), 9, 9, 9],
      rows: sorted.prefix(20).map { index in
        let node = snapshot.tree[index]
        let path = snapshot.path(to: index)
        return (
          [
            "  " + path.dropLast().joined(separator: " > "), Format.count(node.count),
            Format.duration(snapshot.nanoseconds(node.selfOnCPU)), Format.duration(snapshot.nanoseconds(node.offCPU)),
          ], .flame(path)
        )
      }, empty: "no event received")
  }
}
