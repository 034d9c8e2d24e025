// A panel is a table over a snapshot: what its columns are, how a snapshot becomes rows, and where Enter leads from one.
// How rows are sorted, filtered, scrolled and drawn is the same for all.

struct Column: Sendable {
  var title: String
  var width = 8
  /// Narrow screens keep the columns with the smallest numbers.
  var priority: Int
  /// One sentence for the help screen.
  var meaning: String
  /// True of now only: a report about the past leaves it out.
  var isMomentary = false
  /// Words, which begin at the left.
  var isText = false
}

/// A number as it is printed and as it sorts.
struct Cell {
  var text: String
  var order: Double
  /// Drawn as a spark line instead of the text.
  var spark: [UInt64]?

  init(_ text: String, _ order: Double?) {
    self.text = text
    self.order = order.map { $0.isFinite ? $0 : -1 } ?? -1
  }

  static func count(_ value: UInt64) -> Cell { Cell(value == 0 ? "-" : Format.count(value), Double(value)) }
  static func rate(_ value: Double) -> Cell { Cell(value < 0.05 ? "-" : Format.rate(value), value) }
  static func duration(_ nanoseconds: Double?) -> Cell { Cell(Format.duration(nanoseconds), nanoseconds) }
  static func share(_ part: UInt64, of whole: UInt64) -> Cell {
    Cell(part == 0 ? "-" : Format.percent(part, of: whole), whole > 0 ? Double(part) / Double(whole) : 0)
  }
  static func spark(_ values: [UInt64]) -> Cell {
    var cell = Cell("", Double(values.reduce(0, &+)))
    cell.spark = values
    return cell
  }
}

struct PanelRow {
  var id: Int
  var name: String
  var cells: [Cell]
  /// Something in it deserves attention.
  var isAlarming = false
  /// The row that this one belongs under, in a panel that is a tree.
  var parent: Int?
  /// How deep it stands in the tree.
  var depth = 0
  /// Where Enter leads.
  var link: Link?
}

protocol Panel: Sendable {
  var title: String { get }
  /// For narrow screens.
  var shortTitle: String { get }
  /// The head of the first column, which holds names.
  var nameTitle: String { get }
  var columns: [Column] { get }
  /// Index of the column that sorts until somebody chooses another; largest first. -1: names.
  var defaultSort: Int { get }
  /// What the panel shows, for the help screen.
  var purpose: String { get }
  /// What an empty panel says.
  var emptyText: String { get }
  func rows(of snapshot: Snapshot) -> [PanelRow]
}

/// What a report prints, a table each.
let reportPanels: [any Panel] = [SystemCallPanel(), LockPanel(), SpanPanel()]
