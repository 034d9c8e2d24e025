// Spans by name: stretches of kernel work inside system calls and interrupts, with their own time.

import TraceModel

struct SpanPanel: Panel {
  let title = "Spans"
  let shortTitle = "Spans"
  let nameTitle = "SPAN"
  let defaultSort = 0
  let purpose = "work inside the kernel, nested in system calls or in each other"
  let emptyText = "no span yet"
  let columns = [
    Column(title: "RATE/S", priority: 0, meaning: "occurrences per second, lately", isMomentary: true),
    Column(title: "COUNT", priority: 2, meaning: "occurrences since boot or reset"),
    Column(title: "P50", priority: 3, meaning: "half of them took less"),
    Column(title: "P90", priority: 7, meaning: "9 of 10 took less"),
    Column(title: "P99", priority: 1, meaning: "99 of 100 took less (within 3.13 %)"),
    Column(title: "MAX", priority: 5, meaning: "the longest"),
    Column(title: "TOTAL", priority: 6, meaning: "all of them together, with what is nested and with waiting"),
    Column(title: "SELF", priority: 4, meaning: "mean time on the CPU without nested spans, of events received"),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    let selfTimes = selfTimes(of: snapshot)
    return snapshot.spans.map { row in
      PanelRow(
        id: row.number, name: row.name,
        cells: [
          .rate(row.rate), .count(row.count), .duration(row.quantile(0.5)), .duration(row.quantile(0.9)),
          .duration(row.quantile(0.99)), .duration(row.max), .duration(row.sum), .duration(selfTimes[row.number]),
        ], link: .subject(.span(row.number)))
    }
  }

  private func selfTimes(of snapshot: Snapshot) -> [Int: Double] {
    var sums: [Int: (ticks: UInt64, count: UInt64)] = [:]
    for node in snapshot.tree {
      guard case .span(let id) = node.label else { continue }
      sums[id, default: (0, 0)].ticks += node.selfOnCPU
      sums[id, default: (0, 0)].count += node.count
    }
    return sums.compactMapValues { $0.count > 0 ? snapshot.nanoseconds($0.ticks) / Double($0.count) : nil }
  }
}
