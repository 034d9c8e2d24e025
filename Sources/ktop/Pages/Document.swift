// A page of lines, some of which lead somewhere.

struct Document {
  struct Part {
    var text: String
    var style = Style.normal
  }

  struct Line {
    var parts: [Part] = []
    var link: Link?

    var text: String { parts.map(\.text).joined() }
  }

  var title: String
  var lines: [Line] = []

  mutating func heading(_ text: String) {
    if !lines.isEmpty { lines.append(Line()) }
    lines.append(Line(parts: [Part(text: text, style: .strong)]))
  }

  mutating func text(_ text: String, style: Style = .normal, link: Link? = nil) {
    lines.append(Line(parts: [Part(text: text, style: style)], link: link))
  }

  mutating func line(_ parts: [Part], link: Link? = nil) { lines.append(Line(parts: parts, link: link)) }

  /// A table: the first column is as wide as `nameWidth`, the others are set to the right.
  mutating func table(_ head: [String], widths: [Int], rows: [(cells: [String], link: Link?)], empty: String) {
    guard !rows.isEmpty else { return text("  " + empty, style: .faint) }
    text(Self.row(head, widths), style: .bar)
    for row in rows { text(Self.row(row.cells, widths), link: row.link) }
  }

  private static func row(_ cells: [String], _ widths: [Int]) -> String {
    zip(cells, widths).enumerated().map { index, cell in
      index == 0 ? cell.0.padded(to: cell.1) : (" " + cell.0).paddedLeft(to: cell.1)
    }.joined()
  }
}

/// How a document is looked at.
struct DocumentState: Equatable, Sendable {
  var top = 0
  /// The chosen line; only those that lead somewhere can be.
  var selected: Int?
  var filter = ""
}
