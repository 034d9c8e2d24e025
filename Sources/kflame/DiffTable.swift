// A comparison as a table of functions: text for terminals, JSON for programs, Markdown for reviews.

import FlameGraph

struct DiffTable {
  private let diff: FlameDiff
  private let unit: String
  private let functions: [FlameDiff.Function]
  /// The text tables end here; JSON has all.
  private static let rows = 50

  init(_ diff: FlameDiff, unit: String) {
    (self.diff, self.unit) = (diff, unit)
    functions = diff.functions
  }

  private static let heads = ["BEFORE", "AFTER", "CHANGE", "OWN BEFORE", "OWN AFTER", "Z", "FUNCTION"]

  var text: String {
    let rows = [Self.heads] + functions.prefix(Self.rows).map(cells)
    let widths = (0..<6).map { column in rows.map { $0[column].count }.max() ?? 0 }
    var text = "\(summary)\n\n"
    for row in rows {
      let numbers = (0..<6).map { String(repeating: " ", count: widths[$0] - row[$0].count) + row[$0] }
      text += (numbers + [row[6]]).joined(separator: "  ") + "\n"
    }
    return text + more
  }

  var markdown: String {
    var text = "\(summary)\n\n| \(Self.heads.map { $0.lowercased() }.joined(separator: " | ")) |\n"
    text += "|---:|---:|---:|---:|---:|---:|---|\n"
    for function in functions.prefix(Self.rows) {
      var row = cells(function)
      row[6] = "`" + row[6].replacing("|", with: "\\|").replacing("`", with: "'") + "`"
      text += "| \(row.joined(separator: " | ")) |\n"
    }
    return text + (more.isEmpty ? "" : "\n\(more)")
  }

  var json: String {
    var json = JSONReport()
    json.begin(
      "kflame-diff", unit: unit, normalized: diff.isNormalized, before: number(diff.totals.before),
      after: number(diff.totals.after))
    for function in functions {
      json.add(
        function.name,
        [
          ("before", number(function.before)), ("after", number(function.after)),
          ("ownBefore", number(function.ownBefore)), ("ownAfter", number(function.ownAfter)),
          ("z", function.z.isFinite ? "\(function.z)" : "null"), ("noise", "\(function.isNoise)"),
        ])
    }
    return json.end()
  }

  private var summary: String {
    let scaled = diff.isNormalized ? ", scaled" : ""
    return "before \(number(diff.totals.before)) \(unit)\(scaled), after \(number(diff.totals.after)) \(unit)"
  }

  private var more: String { functions.count > Self.rows ? "\(functions.count - Self.rows) more functions\n" : "" }

  private func cells(_ function: FlameDiff.Function) -> [String] {
    [
      number(function.before), number(function.after), change(function), number(function.ownBefore),
      number(function.ownAfter), function.isNoise ? "noise" : z(function.z), FoldedName.printable(function.name),
    ]
  }

  private func number(_ value: UInt128) -> String { FlameDiff.text(value, decimals: diff.union.decimals) }

  private func z(_ z: Double) -> String { z.isFinite ? "\((z * 10).rounded() / 10)" : "-" }

  private func change(_ function: FlameDiff.Function) -> String {
    if function.before == 0 { return function.after == 0 ? "0 %" : "new" }
    if function.after == 0 { return "gone" }
    let change = (Double(function.after) / Double(function.before) - 1) * 1000
    return "\(change >= 0 ? "+" : "")\(change.rounded() / 10) %"
  }
}

enum FoldedName {
  /// One line, whatever the name holds.
  static func printable(_ name: String) -> String {
    String(
      String.UnicodeScalarView(name.unicodeScalars.map { $0.value < 0x20 ? Unicode.Scalar(0x2400 + $0.value)! : $0 }))
  }
}
