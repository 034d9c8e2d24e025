// Columns of text, and numbers as they are printed in them.

import Foundation

enum Number {
  /// Up to a thousand with one decimal, above without; thousands are separated.
  static func figure(_ value: Double) -> String {
    guard abs(value) >= 1000 else { return String(format: "%.1f", value) }
    var digits = String(format: "%.0f", abs(value))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  static func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + figure(value) }
  static func ratio(_ value: Double) -> String { String(format: "%.3f", value) }
}

/// A table whose columns are as wide as their widest cell.
struct TextTable {
  private var rows: [[String]]
  private let leftAligned: Int
  private let endsWithText: Bool

  /// - Parameters:
  ///   - leftAligned: how many columns stand to the left; the others are numbers.
  ///   - endsWithText: the last column stands to the left too.
  init(_ titles: [String], leftAligned: Int = 1, endsWithText: Bool = false) {
    rows = [titles]
    self.leftAligned = leftAligned
    self.endsWithText = endsWithText
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        let isText = column < leftAligned || endsWithText && column == row.count - 1
        return isText ? cell + padding : padding + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }
}

enum TerminalWidth {
  /// Of the terminal on standard output; wide when there is none.
  static var current: Int {
    var size = winsize()
    return ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 120
  }
}
