// A report as a Markdown table, with the fingerprint that made it.

import Guest

struct ReportMarkdown {
  let report: Report

  init(_ report: Report) { self.report = report }

  var text: String {
    let titles = ["row"] + report.sides + ["ratio", "verdict", "older scale"]
    var lines = [
      line(titles), line(["---"] + Array(repeating: "---:", count: report.sides.count + 1) + ["---", "---"]),
    ]
    for row in report.rows { lines.append(line(cells(row))) }
    lines += [""] + ReportSummary(report).lines.map { "- " + $0 }
    lines += ["", "```"] + report.fingerprint.lines + ["```"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func cells(_ row: Report.Row) -> [String] {
    let figures = report.sides.map { side in
      row.figures[side].map { Number.figure($0.perIteration) } ?? "error: \(row.errors[side] ?? "")"
    }
    guard let ratio = report.ratio(row) else { return [row.name] + figures + ["-", "-", "-"] }
    return [row.name] + figures + [
      Number.ratio(ratio.value), ratio.verdict?.rawValue ?? "within spread",
      ratio.olderVerdict?.rawValue ?? "within spread",
    ]
  }

  private func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}
