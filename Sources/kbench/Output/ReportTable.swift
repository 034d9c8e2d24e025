// A report as a table for a terminal: a line a row, then the summary and the fingerprint.

import Foundation
import Guest

struct ReportTable {
  let report: Report
  let width: Int

  init(_ report: Report, width: Int = 120) {
    self.report = report
    self.width = width
  }

  var text: String {
    let isWall = report.fingerprint.metric == .wall
    let unit = isWall ? " ns" : ""
    var titles = ["row"] + report.sides.map { $0 + unit } + ["ratio"]
    if isWall { titles += ["low", "high"] }
    titles += ["verdict", "older", "0" + String(repeating: " ", count: Bar.one - 2) + "1"]
    var table = TextTable(titles, leftAligned: 1)
    for row in report.rows { table.add(cells(row, isWall: isWall)) }
    return table.text + "\n" + ReportSummary(report).lines.map { $0 + "\n" }.joined() + errors + fingerprint
  }

  private func cells(_ row: Report.Row, isWall: Bool) -> [String] {
    var cells = [row.name]
    for side in report.sides { cells.append(row.figures[side].map { Number.figure($0.perIteration) } ?? "error") }
    guard let ratio = report.ratio(row) else {
      return cells + Array(repeating: "-", count: isWall ? 5 : 3) + [Bar.empty]
    }
    cells.append(Number.ratio(ratio.value))
    if isWall { cells += [Number.ratio(ratio.low), Number.ratio(ratio.high)] }
    let (verdict, older) = (ratio.verdict?.rawValue ?? "within spread", ratio.olderVerdict?.rawValue ?? "within spread")
    return cells + [verdict, older, Bar.text(ratio.value)]
  }

  private var errors: String {
    report.rows.flatMap { row in
      row.errors.sorted { $0.key < $1.key }.map { "error: \(row.name) on \($0.key): \($0.value)\n" }
    }.joined()
  }

  private var fingerprint: String { "\n" + report.fingerprint.lines.map { $0 + "\n" }.joined() }
}

/// A ratio as a bar of characters; a mark stands at 1.00, and bars beyond the end have an arrow.
enum Bar {
  static let cells = 24
  /// The cell behind which the ratio is 1.
  static let one = 16

  static let empty = String(repeating: " ", count: cells)

  static func text(_ ratio: Double) -> String {
    let filled = Int((ratio * Double(one)).rounded())
    return String(
      (0..<cells).map { cell -> Character in
        if cell == cells - 1, filled > cells { return "▶" }
        if cell < filled { return cell < one ? "█" : "▓" }
        return cell == one - 1 ? "│" : " "
      })
  }
}
