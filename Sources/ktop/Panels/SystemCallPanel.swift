// System calls: how often, how long, how many failed and why.

import TraceModel

struct SystemCallPanel: Panel {
  let title = "System calls"
  let shortTitle = "Calls"
  let nameTitle = "SYSTEM CALL"
  let defaultSort = 0
  let purpose = "Every system call that was made, exactly counted in the kernel, whatever the line loses."
  let emptyText = "no system call yet"
  let columns = [
    Column(title: "RATE/S", priority: 0, meaning: "calls per second, lately", isMomentary: true),
    Column(title: "COUNT", priority: 2, meaning: "calls since boot or reset"),
    Column(title: "P50", priority: 3, meaning: "half of the calls took less"),
    Column(title: "P90", priority: 7, meaning: "9 of 10 calls took less"),
    Column(title: "P99", priority: 1, meaning: "99 of 100 calls took less (within 3.13 %)"),
    Column(title: "MAX", priority: 4, meaning: "the longest call; waiting counts"),
    Column(title: "TOTAL", priority: 6, meaning: "time in this call, summed over all threads; waiting counts"),
    Column(title: "ERRORS", priority: 5, meaning: "calls that failed; Enter shows with which errno"),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    snapshot.systemCalls.map { row in
      PanelRow(
        id: row.number, name: row.name,
        cells: [
          .rate(row.rate), .count(row.count), .duration(row.p50), .duration(row.p90), .duration(row.p99),
          .duration(row.max), .duration(row.sum), .count(row.errors),
        ],
        isAlarming: row.unimplemented > 0)
    }
  }

  func detail(of id: Int, in snapshot: Snapshot) -> [String] {
    guard let row = snapshot.systemCalls.first(where: { $0.number == id }) else { return [] }
    return ["\(row.name) (number \(row.number))"] + LatencyDetail.lines(row) + [errors(of: row)]
  }

  private func errors(of row: LatencyRow) -> String {
    guard row.errors > 0 else { return "no errors" }
    let named = row.errnos.sorted { $0.count > $1.count }.map { "\($0.name) \(Format.count($0.count))" }
    let missing = row.unimplemented > 0 ? "  (not implemented by this kernel)" : ""
    return "errors \(Format.percent(row.errors, of: row.count)): "
      + (named.isEmpty ? Format.count(row.errors) : named.joined(separator: ", ")) + missing
  }
}

/// What system calls and spans have in common.
enum LatencyDetail {
  static func lines(_ row: LatencyRow) -> [String] {
    let mean = row.count > 0 ? row.sum / Double(row.count) : .nan
    return [
      "count \(row.count)  total \(Format.duration(row.sum))  mean \(Format.duration(mean))",
      "min \(Format.duration(row.min))  p50 \(Format.duration(row.p50))  p90 \(Format.duration(row.p90))  "
        + "p99 \(Format.duration(row.p99))  max \(Format.duration(row.max))",
    ]
  }
}
