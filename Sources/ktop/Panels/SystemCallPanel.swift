// System calls: how often, how long, how many failed and why.

struct SystemCallPanel: Panel {
  let title = "System calls"
  let shortTitle = "Calls"
  let nameTitle = "SYSTEM CALL"
  let defaultSort = 0
  let purpose = "counted in the kernel, so exact whatever the line loses"
  let emptyText = "no system call yet"
  let columns = [
    Column(title: "RATE/S", priority: 0, meaning: "calls per second, lately", isMomentary: true),
    Column(title: "COUNT", priority: 2, meaning: "calls since boot, reset or mark"),
    Column(title: "P50", priority: 3, meaning: "half of the calls took less"),
    Column(title: "P90", priority: 8, meaning: "9 of 10 calls took less"),
    Column(title: "P99", priority: 1, meaning: "99 of 100 calls took less (within 3.13 %)"),
    Column(title: "P99.9", priority: 9, meaning: "999 of 1000 calls took less"),
    Column(title: "MAX", priority: 5, meaning: "the longest call; waiting counts"),
    Column(title: "TOTAL", priority: 7, meaning: "time in this call, summed over all threads; waiting counts"),
    Column(title: "ERRORS", priority: 6, meaning: "calls that failed; Enter shows with which errno"),
    Column(
      title: "TREND", width: 11, priority: 4, meaning: "calls over the last seconds, now at the right",
      isMomentary: true),
    Column(title: "WHY", width: 24, priority: 10, meaning: "the errnos, the most frequent first", isText: true),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    snapshot.systemCalls.map { row in
      PanelRow(
        id: row.number, name: row.name,
        cells: [
          .rate(row.rate), .count(row.count), .duration(row.quantile(0.5)), .duration(row.quantile(0.9)),
          .duration(row.quantile(0.99)), .duration(row.quantile(0.999)), .duration(row.max), .duration(row.sum),
          .count(row.errors), .spark(snapshot.series(.systemCall(row.number), count: 10)),
          Cell(
            row.namedErrnos.map { "\($0.name) \(Format.count($0.count))" }.joined(separator: " "), Double(row.errors)),
        ],
        isAlarming: row.unimplemented > 0, link: .subject(.systemCall(row.number)))
    }
  }
}
