// Spans: stretches of kernel work inside system calls and interrupts, with their own time.

import TraceModel

struct SpanPanel: Panel {
  let title = "Spans"
  let shortTitle = "Spans"
  let nameTitle = "SPAN"
  let defaultSort = 0
  let purpose = "Pieces of work inside the kernel, nested in system calls or in each other."
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
    snapshot.spans.map { row in
      let latency = row.latency
      return PanelRow(
        id: latency.number, name: latency.name,
        cells: [
          .rate(latency.rate), .count(latency.count), .duration(latency.p50), .duration(latency.p90),
          .duration(latency.p99), .duration(latency.max), .duration(latency.sum), .duration(row.selfTime),
        ])
    }
  }

  func detail(of id: Int, in snapshot: Snapshot) -> [String] {
    guard let row = snapshot.spans.first(where: { $0.latency.number == id }) else { return [] }
    let own = row.selfTime.map { ["self \(Format.duration($0)) on the CPU a time, without what is nested in it"] }
    return [row.latency.name] + LatencyDetail.lines(row.latency) + (own ?? [])
  }
}
