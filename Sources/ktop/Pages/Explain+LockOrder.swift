// The order of locks: which class is taken inside which, over all classes as a matrix and as a list of edges.

import TraceModel
import Tracer

extension Explain {
  /// What there is to say about an edge of the graph, beyond its count.
  enum LockFlag: String {
    case circle
    case against = "against the rank"
    case new
  }

  func flags(_ edge: LockOrder.Edge, in order: LockOrder) -> [LockFlag] {
    var flags: [LockFlag] = []
    if order.isCircular(edge) { flags.append(.circle) }
    if let outer = rank(edge.outer), let inner = rank(edge.inner), outer > inner { flags.append(.against) }
    if let then = markedOrder, then.edge(edge.outer, edge.inner) == nil { flags.append(.new) }
    return flags
  }

  var markedOrder: LockOrder? { snapshot.marked?.session?.lockOrder }

  private func rank(_ number: Int) -> Int? { snapshot.locks.first { $0.number == number }?.rank }

  func lockName(_ number: Int) -> String { snapshot.lockName(number) }

  // MARK: All classes

  func lockOrder(_ page: inout Document) {
    page.heading("Order of locks: which class is taken inside which")
    guard let order = snapshot.session?.lockOrder, !order.edges.isEmpty else {
      return page.text("no lock was taken inside another; the probe locks counts it", style: .faint)
    }
    circles(order, &page)
    matrix(order, &page)
    edges(order, &page)
  }

  private func circles(_ order: LockOrder, _ page: inout Document) {
    guard !order.circles.isEmpty else { return page.text("no circles: no two threads can wait for each other by it") }
    for circle in order.circles {
      let way = (circle + circle.prefix(1)).map(lockName).joined(separator: " -> ")
      page.text("CIRCLE: \(way); two threads may wait for each other forever", style: .alarm)
    }
  }

  private func matrix(_ order: LockOrder, _ page: inout Document) {
    let labels = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    let shown = Array(order.classes.prefix(min(labels.count, max(1, (width - matrixLabel) / 2))))
    page.text("")
    page.text(
      "rows hold, columns are inside; digits of the count; + new since mark, ! circle or rank",
      style: .faint)
    let head = " ".padded(to: matrixLabel) + labels.prefix(shown.count).map { " \($0)" }.joined()
    page.text(head, style: .bar)
    for (row, outer) in shown.enumerated() {
      let rank = rank(outer).map { "\($0)" } ?? ""
      let name = "\(labels[row]) \(lockName(outer))".padded(to: matrixLabel - 5) + rank.paddedLeft(to: 4) + " "
      let cells = shown.map { inner in cell(order.edge(outer, inner), isDiagonal: inner == outer, in: order) }
      page.line([Document.Part(text: name)] + cells, link: .subject(.lock(outer)))
    }
    if shown.count < order.classes.count { page.text("  and \(order.classes.count - shown.count) more, see below") }
  }

  private var matrixLabel: Int { width < 60 ? 18 : 24 }

  private func cell(_ edge: LockOrder.Edge?, isDiagonal: Bool, in order: LockOrder) -> Document.Part {
    guard let edge else { return Document.Part(text: isDiagonal ? " \\" : " .", style: .faint) }
    let digit = String("\(edge.count)".count)
    let flags = flags(edge, in: order)
    if flags.contains(.circle) || flags.contains(.against) { return Document.Part(text: "!" + digit, style: .alarm) }
    if flags.contains(.new) { return Document.Part(text: "+" + digit, style: .found) }
    let most = order.edges.map(\.count).max() ?? 1
    return Document.Part(text: " " + digit, style: .fill(.heat(edge.count, of: most)))
  }

  private func edges(_ order: LockOrder, _ page: inout Document) {
    let then = markedOrder
    page.heading("Edges (Enter: where)")
    let rows = order.edges.map { edge in (edge, flags(edge, in: order)) }
      .sorted { ($1.1.count, $1.0.count) < ($0.1.count, $0.0.count) }
    page.table(
      ["  HELD -> TAKEN INSIDE", "COUNT", "SINCE MARK", "PLACES", "NOTE"],
      widths: [max(20, min(44, width - 54)), 9, 11, 8, 26],
      rows: rows.map { edge, flags in
        (
          [
            "  \(lockName(edge.outer)) -> \(lockName(edge.inner))", Format.count(edge.count),
            then.map { Format.count(edge.since($0)) } ?? "-", "\(edge.places.count { $0.site != 0 })",
            flags.map(\.rawValue).joined(separator: ", "),
          ], .subject(.lockEdge(edge.outer, edge.inner))
        )
      }, empty: "none")
  }
}
