// The counts of a report: how many rows have which verdict, and the line that says so.

import Guest

struct ReportSummary {
  let report: Report

  init(_ report: Report) { self.report = report }

  /// `40 faster, 8 ok, 2 marginal, 1 regression, 3 errors`.
  var counts: String { counts { $0.verdict } }
  var olderCounts: String { counts { $0.olderVerdict } }

  private func counts(_ verdict: (Ratio) -> Verdict?) -> String {
    var parts: [String] = []
    let verdicts = report.rows.compactMap { report.ratio($0) }.map(verdict)
    for kind in Verdict.allCases { parts.append("\(verdicts.count { $0 == kind }) \(kind.rawValue)") }
    let open = verdicts.count { $0 == nil }
    if open > 0 { parts.append("\(open) within the spread") }
    let errors = report.rows.count { !$0.errors.isEmpty }
    if errors > 0 { parts.append("\(errors) error\(errors == 1 ? "" : "s")") }
    return parts.joined(separator: ", ")
  }

  /// Lines below the table.
  var lines: [String] {
    var result: [String] = []
    if let mean = report.geometricMean() {
      let worst = report.rows.compactMap { row in report.ratio(row).map { (row.name, $0.value) } }
        .max { $0.1 < $1.1 }
      let both = report.rows.count { report.ratio($0) != nil }
      result.append(
        "\(both) of \(report.rows.count) rows on every kernel; geometric mean \(Number.ratio(mean))"
          + (worst.map { "; highest \(Number.ratio($0.1)) (\($0.0))" } ?? ""))
      result.append("\(counts) (older scale: \(olderCounts))")
    }
    for side in report.sides.dropFirst().dropLast() {
      if let mean = report.geometricMean(to: side) { result.append("against \(side): \(Number.ratio(mean))") }
    }
    for (side, problem) in report.problems.sorted(by: { $0.key < $1.key }) { result.append("\(side): \(problem)") }
    return result
  }
}
