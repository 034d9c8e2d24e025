// A document about one class of locks.

import TraceModel
import Tracer

extension Explain {
  func lock(_ number: Int, _ page: inout Document) {
    guard let lock = snapshot.locks.first(where: { $0.number == number }) else { return }
    page.heading(lock.name + ", a class of locks")
    if let rank = lock.rank { page.text("rank \(rank): taken after locks of lower rank only") }
    page.text("acquired \(lock.acquired), \(Format.rate(lock.rate))/s")
    if lock.contended == 0 {
      page.text("never contended")
    } else {
      page.text(
        "contended \(lock.contended) (\(Format.percent(lock.contended, of: lock.acquired))), waited "
          + "\(Format.duration(lock.waitSum)) in all, \(Format.duration(lock.waitSum / Double(lock.contended))) a time, "
          + "\(Format.duration(lock.waitMax)) at most")
    }
    if lock.held > 0 {
      page.text(
        "held \(Format.count(lock.held)) times, p50 \(Format.duration(lock.holdP50))  "
          + "p99 \(Format.duration(lock.holdP99))  max \(Format.duration(lock.holdMax))  total \(Format.duration(lock.holdSum))"
      )
    }
    rate(.lock(number), &page)
    guard let model = snapshot.model, let session = snapshot.session else { return }
    details(model.lockDetail(number, of: session), of: lock, in: session, &page)
  }

  // What the kernel keeps of a class beyond its counters; most of it since the probe `locks` is on.
  private func details(_ detail: LockDetail, of lock: LockRow, in session: Session, _ page: inout Document) {
    let room = max(20, width - 30)
    page.heading("Who made whom wait: holder <- waiter")
    page.table(
      ["  HOLDER <- WAITER", "COUNT", "TOTAL", "MAX"], widths: [room, 9, 9, 9],
      rows: detail.waits.prefix(20).map {
        ("  \($0.holder) <- \($0.waiter)", $0.count, $0.sum, $0.max)
      }.map { ([$0.0, Format.count($0.1), Format.duration($0.2), Format.duration($0.3)], nil) },
      empty: "nobody waited")
    for attempt in detail.failedTries.prefix(8) {
      page.text("  \(attempt.place) found it taken \(Format.count(attempt.count)) times and did not wait")
    }
    page.heading("What takes it")
    page.table(
      ["  SYSTEM CALL", "TAKEN", "PER CALL", "AGAIN"], widths: [room, 9, 9, 9],
      rows: detail.takers.prefix(20).map { taker in
        let call = snapshot.systemCalls.first { $0.name == taker.name }
        return (
          [
            "  " + taker.name, Format.count(taker.count), taker.perCall.map { Format.decimals($0, 2) } ?? "-",
            taker.again == 0 ? "-" : Format.count(taker.again),
          ], call.map { .subject(.systemCall($0.number)) }
        )
      }, empty: "not counted: the probe locks is off")
    order(detail, of: lock, in: session, &page)
    instances(detail, &page)
  }

  // The order graph around this class: which is taken inside which.
  private func order(_ detail: LockDetail, of lock: LockRow, in session: Session, _ page: inout Document) {
    page.heading("Order: held before -> \(lock.name) -> taken inside")
    let order = session.lockOrder
    let edges = [
      order.edges.filter { $0.inner == lock.number && $0.outer != lock.number },
      order.edges.filter { $0.outer == lock.number },
    ]
    for edge in edges.flatMap({ $0.sorted { $0.count > $1.count }.prefix(12) }) {
      page.text(
        "  \(lockName(edge.outer)) -> \(lockName(edge.inner))  \(Format.count(edge.count))",
        link: .subject(.lockEdge(edge.outer, edge.inner)))
    }
    if edges.allSatisfy(\.isEmpty) { page.text("  never together with another", style: .faint) }
    page.text("  all classes", link: .subject(.lockOrder))
    let contexts = detail.contexts
    page.text(
      "  in interrupts \(contexts.interrupt), with interrupts off \(contexts.interruptsOff), on \(contexts.interruptsOn)"
    )
  }

  private func instances(_ detail: LockDetail, _ page: inout Document) {
    guard detail.instances.count > 1 else { return }
    page.heading("Locks of this class")
    page.table(
      ["  ADDRESS", "TAKEN", "HELD", "MAX"], widths: [24, 9, 9, 9],
      rows: detail.instances.prefix(12).map {
        (
          [
            "  0x" + String($0.address, radix: 16), Format.count($0.count), Format.duration($0.sum),
            Format.duration($0.max),
          ], nil
        )
      }, empty: "")
  }
}
