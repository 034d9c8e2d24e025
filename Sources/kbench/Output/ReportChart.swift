// A report as an SVG: a bar a row for the ratio, a line at 1.00, colours by verdict. Readable without colours: the
// figures stand beside the bars.

import Guest

struct ReportChart {
  private static let rowHeight = 18
  private static let (barStart, barWidth, end) = (170.0, 420.0, 860.0)
  /// Ratios above are cut off and say so.
  private static let limit = 1.4

  let report: Report

  init(_ report: Report) { self.report = report }

  var svg: String {
    let top = 78
    let height = top + report.rows.count * Self.rowHeight + 34
    var body: [String] = []
    for (index, row) in report.rows.enumerated() { body.append(self.row(row, y: top + index * Self.rowHeight)) }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.end)) \(height)" font-family="sans-serif" \
      font-size="12" fill="#222">
      <title>\(title)</title>
      <rect width="100%" height="100%" fill="#fff"/>
      <text x="16" y="24" font-size="16" font-weight="bold">\(title)</text>
      <text x="16" y="42" fill="#555">\(Self.escaped(subtitle))</text>
      \(legend)
      \(grid(top, height - 30))
      \(body.joined(separator: "\n"))
      <text x="16" y="\(height - 10)" font-size="10" fill="#777">\(Self.escaped(footer))</text>
      </svg>

      """
  }

  private var title: String { "\(report.sides.last ?? "") compared with \(report.sides.first ?? "")" }

  private var subtitle: String {
    let unit = report.fingerprint.metric == .wall ? "Wall time" : "Guest instructions"
    let mean = report.geometricMean().map { ", geometric mean \(Number.ratio($0))" } ?? ""
    return "\(unit) an iteration, as a ratio; shorter is better\(mean). \(ReportSummary(report).counts)"
  }

  private var footer: String {
    let print = report.fingerprint
    let versions = Set(print.kernels.map(\.version)).sorted().joined(separator: " / ")
    return "\(versions); sources \(print.commit); initramfs \(print.initramfs.prefix(12)); right: instructions"
  }

  private var legend: String {
    let names = ["faster (≤ 0.90)", "ok (≤ 1.00)", "marginal (≤ 1.10)", "regression"]
    return zip(Verdict.allCases, names).enumerated().map { index, entry in
      let x = 170 + index * 130
      return """
        <rect x="\(x)" y="52" width="10" height="10" fill="\(Self.colour(entry.0))"/>\
        <text x="\(x + 14)" y="61" font-size="11">\(entry.1)</text>
        """
    }.joined(separator: "\n")
  }

  private func grid(_ top: Int, _ bottom: Int) -> String {
    [0.25, 0.5, 0.75, 1.0, 1.25].map { value in
      let x = Self.barStart + value / Self.limit * Self.barWidth
      let style = value == 1 ? "stroke=\"#222\"" : "stroke=\"#ddd\""
      let label =
        "<text x=\"\(x)\" y=\"\(top - 4)\" font-size=\"9\" fill=\"#777\" text-anchor=\"middle\">\(value)</text>"
      return "<line x1=\"\(x)\" y1=\"\(top)\" x2=\"\(x)\" y2=\"\(bottom)\" \(style)/>\(label)"
    }.joined(separator: "\n")
  }

  private func row(_ row: Report.Row, y: Int) -> String {
    let name = "<text x=\"\(Self.barStart - 8)\" y=\"\(y + 13)\" text-anchor=\"end\">\(row.name)</text>"
    guard let ratio = report.ratio(row) else {
      return name + "<text x=\"\(Self.barStart + 4)\" y=\"\(y + 13)\" fill=\"#b00\">error</text>"
    }
    let width = min(ratio.value, Self.limit) / Self.limit * Self.barWidth
    let colour = ratio.verdict.map(Self.colour) ?? "#999"
    let pair = [report.sides.last, report.sides.first].compactMap { $0 }
    let figures = pair.compactMap { row.figures[$0].map { Number.figure($0.perIteration) } }
    let arrow = ratio.value > Self.limit ? " ▶" : ""
    return """
      \(name)<rect x="\(Self.barStart)" y="\(y + 2)" width="\(rounded(width))" height="13" fill="\(colour)"/>\
      <text x="\(Self.barStart + Self.barWidth + 10)" y="\(y + 13)">\(Number.ratio(ratio.value))\(arrow)</text>\
      <text x="\(Self.end - 12)" y="\(y + 13)" text-anchor="end" fill="#555">\(figures.joined(separator: " / "))</text>
      """
  }

  private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  private static func colour(_ verdict: Verdict) -> String {
    switch verdict {
    case .faster: "#2e7d4f"
    case .ok: "#7fb069"
    case .marginal: "#e6aa3c"
    case .regression: "#c8402f"
    }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
