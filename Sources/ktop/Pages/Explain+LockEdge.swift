// A document about one class of locks taken inside another: how often, where, and in which calls it may have been.

import TraceModel
import Tracer

extension Explain {
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
