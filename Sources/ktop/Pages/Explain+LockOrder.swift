// The order of locks: which class is taken inside which, over all classes as a matrix and as a list of edges, and one
// edge with the places where it was taken.

import TraceModel
import Tracer

extension Explain {
  /// What there is to say about an edge of the graph, beyond its count.
  private enum Flag: String {
    case circle
    case against = "against the rank"
    case new
  }

  private func flags(_ edge: LockOrder.Edge, in order: LockOrder) -> [Flag] {
    var flags: [Flag] = []
    if order.isCircular(edge) { flags.append(.circle) }
    if let outer = rank(edge.outer), let inner = rank(edge.inner), outer > inner { flags.append(.against) }
    if let then = markedOrder, then.edge(edge.outer, edge.inner) == nil { flags.append(.new) }
    return flags
  }

  private var markedOrder: LockOrder? { snapshot.marked?.session?.lockOrder }

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

  // MARK: One edge

  func lockEdge(_ outer: Int, _ inner: Int, _ page: inout Document) {
    guard let model = snapshot.model, let session = snapshot.session, let edge = session.lockOrder.edge(outer, inner)
    else { return page.text("not seen since the reset or the boot", style: .faint) }
    let order = session.lockOrder
    page.heading("\(lockName(outer)) -> \(lockName(inner))")
    page.text("a lock of \(lockName(inner)) was taken \(edge.count) times while one of \(lockName(outer)) was held")
    if let then = markedOrder { page.text("\(edge.since(then)) times since the mark") }
    for flag in flags(edge, in: order) { page.text(flag.rawValue, style: .alarm) }
    for circle in order.circles where circle.contains(outer) && circle.contains(inner) {
      page.text("circle: " + (circle + circle.prefix(1)).map(lockName).joined(separator: " -> "), style: .alarm)
    }
    page.heading("Where \(lockName(inner)) was taken then")
    page.table(
      ["  PLACE", "COUNT", "SHARE"], widths: [max(20, width - 24), 9, 9],
      rows: edge.places.map {
        (
          [
            "  " + model.siteName($0.site, of: session), Format.count($0.count),
            Format.percent($0.count, of: edge.count),
          ], nil
        )
      }, empty: "not known")
    callsTakingBoth(outer, inner, session, &page)
    page.heading("The locks")
    for number in outer == inner ? [outer] : [outer, inner] {
      page.text("  " + lockName(number), link: .subject(.lock(number)))
    }
  }

  // The edge itself does not say in which call it was seen: only who takes both comes into question.
  private func callsTakingBoth(_ outer: Int, _ inner: Int, _ session: Session, _ page: inout Document) {
    let calls = Dictionary(grouping: session.lockFacts(.call)) { Int(clamping: $0.first) }
    let both = calls.compactMap { row, facts -> (row: Int, count: UInt64)? in
      let counts = [outer, inner].map { number in
        facts.filter { $0.lockClass == number }.reduce(UInt64(0)) { $0 + $1.count }
      }
      return counts.contains(0) ? nil : (row, min(counts[0], counts[1]))
    }
    page.heading("System calls that take both")
    page.table(
      ["  SYSTEM CALL", "AT MOST"], widths: [max(20, width - 24), 9],
      rows: both.sorted { ($1.count, $0.row) < ($0.count, $1.row) }.prefix(20).map { row, count in
        (
          ["  " + TraceModel.takerName(UInt64(row)), Format.count(count)],
          row < RowIndex.other ? .subject(.systemCall(row)) : nil
        )
      }, empty: "none counted")
  }
}

extension LockOrder.Edge {
  /// How often since another look.
  func since(_ then: LockOrder) -> UInt64 {
    let before = then.edge(outer, inner)?.count ?? 0
    return count > before ? count - before : 0
  }
}
