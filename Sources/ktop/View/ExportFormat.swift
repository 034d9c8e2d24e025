// How what is shown can be written to a file.

import Recordings
import TraceModel

enum ExportFormat: CaseIterable, Equatable, Sendable {
  case text, json, folded, svg

  var title: String {
    switch self {
    case .text: return "the screen as text"
    case .json: return "the page as JSON"
    case .folded: return "folded stacks of the spans"
    case .svg: return "the screen as a picture (SVG)"
    }
  }

  var suffix: String {
    switch self {
    case .text: return "txt"
    case .json: return "json"
    case .folded: return "folded"
    case .svg: return "svg"
    }
  }
}

extension TopApp {
  /// What is shown, as a file: as large as the screen, or larger where there is more.
  func exported(_ format: ExportFormat, theme: Theme) -> String {
    switch format {
    case .text: return picture().text
    case .json: return json.text
    case .folded: return folded
    case .svg: return ScreenPicture(picture(), theme: theme, title: "ktop: \(active.title)").svg
    }
  }

  private func picture() -> MemoryScreen {
    let screen = MemoryScreen(
      columns: max(Self.minimumColumns, area.width), rows: max(Self.minimumRows, area.row + area.height + 1),
      isUnicode: area.isUnicode)
    var app = self
    app.mode = .page
    app.message = nil
    app.draw(on: screen)
    return screen
  }

  private var folded: String {
    var state = FlameState()
    if case .flame(let shown) = page { state = shown }
    let view = FlameView(state, shown, search: "")
    let snapshot = shown
    return view.tree.folded { view.tree.unit == .ticks ? UInt64(max(0, snapshot.nanoseconds($0).rounded())) : $0 }
  }

  /// The page's rows or lines, with what they are.
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("schema_version", .integer(1)), ("panel", .string(active.title)),
      ("seconds", .number(snapshot.past ?? snapshot.seconds)),
    ]
    switch page {
    case .table:
      guard let panel = active.panel else { break }
      members.append(("rows", .array(rows.map { Self.json($0, panel) })))
    case .document(let subject, let state):
      members.append(("subject", .string(subject.title(in: snapshot))))
      members.append(("lines", .array(view(subject, state).lines.map { .string($0.text) })))
    case .flame(let state):
      let tree = FlameView(state, shown, search: "").tree
      members.append(("unit", .string(tree.unit == .count ? "count" : "ns")))
      members.append(("tree", json(tree, node: 0, depth: 0)))
    case .timeline, .console: members.append(("lines", .array(picture().lines.map { .string($0) })))
    }
    return .object(members)
  }

  private static func json(_ row: PanelRow, _ panel: any Panel) -> JSONValue {
    let cells = zip(panel.columns, row.cells).map { column, cell -> (String, JSONValue) in
      if let spark = cell.spark { return (column.title.lowercased(), .array(spark.map { .integer($0) })) }
      return (column.title.lowercased(), column.isText ? .string(cell.text) : .number(cell.order))
    }
    return .object([("name", .string(row.name)), ("depth", .integer(UInt64(row.depth)))] + cells)
  }

  private func json(_ tree: FlameTree, node: Int, depth: Int) -> JSONValue {
    func value(_ ticks: UInt64) -> JSONValue {
      tree.unit == .ticks ? .number(shown.nanoseconds(ticks)) : .integer(ticks)
    }
    let item = tree.nodes[node]
    return .object([
      ("name", .string(item.name)), ("value", value(item.total)), ("self", value(item.own)),
      ("children", .array(depth < 200 ? item.children.map { json(tree, node: $0, depth: depth + 1) } : [])),
    ])
  }
}
