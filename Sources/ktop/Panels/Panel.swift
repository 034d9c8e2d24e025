// A panel is a table over a snapshot: what its columns are, how a snapshot becomes rows, and what more there is to say
// of one row. How rows are sorted, filtered, scrolled and drawn is the same for all.

struct Column: Sendable {
  var title: String
  var width = 8
  /// Narrow screens keep the columns with the smallest numbers.
  var priority: Int
  /// One sentence for the help screen.
  var meaning: String
  /// True of now only: a report about the past leaves it out.
  var isMomentary = false
}

/// A number as it is printed and as it sorts.
struct Cell {
  var text: String
  var order: Double

  init(_ text: String, _ order: Double?) {
    self.text = text
    self.order = order.map { $0.isFinite ? $0 : -1 } ?? -1
  }

  static func count(_ value: UInt64) -> Cell { Cell(value == 0 ? "-" : Format.count(value), Double(value)) }
  static func rate(_ value: Double) -> Cell { Cell(value < 0.05 ? "-" : Format.rate(value), value) }
  static func duration(_ nanoseconds: Double?) -> Cell { Cell(Format.duration(nanoseconds), nanoseconds) }
}

struct PanelRow {
  var id: Int
  var name: String
  var cells: [Cell]
  /// Something in it deserves attention.
  var isAlarming = false
}

protocol Panel: Sendable {
  var title: String { get }
  /// For narrow screens.
  var shortTitle: String { get }
  /// The head of the first column, which holds names.
  var nameTitle: String { get }
  var columns: [Column] { get }
  /// Index of the column that sorts until somebody chooses another; largest first.
  var defaultSort: Int { get }
  /// What the panel shows, for the help screen.
  var purpose: String { get }
  /// What an empty panel says.
  var emptyText: String { get }
  func rows(of snapshot: Snapshot) -> [PanelRow]
  /// Lines about one row.
  func detail(of id: Int, in snapshot: Snapshot) -> [String]
}

let allPanels: [any Panel] = [SystemCallPanel(), LockPanel(), SpanPanel()]
