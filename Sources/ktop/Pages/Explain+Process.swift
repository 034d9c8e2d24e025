// Documents about processes.

import TraceModel
import Tracer

extension Explain {
  func process(_ process: Process?, _ page: inout Document) {
    guard let process else { return page.text("not known any more", style: .faint) }
    page.heading(process.isAlive ? "\(process.name), process \(process.pid)" : "\(process.name), ended")
    if !process.isAlive { page.text("\(process.processCount) processes of this name have ended") }
    page.text(
      "calls \(process.activity.calls)  errors \(process.activity.errors)  faults \(process.faults)  "
        + "CPU \(Format.duration(snapshot.nanoseconds(process.activity.onCPU)))  switches \(process.activity.switches)")
    page.text("state: \(process.state)")
    if process.threads.count > 1 && process.isAlive { threads(of: process, &page) }
    calls(of: process, &page)
    events(of: Set(process.threads), &page)
  }

  private func threads(of process: Process, _ page: inout Document) {
    page.heading("Threads")
    page.table(
      ["  THREAD", "TID", "CALLS", "CPU"], widths: [22, 8, 9, 9],
      rows: process.threads.sorted().map { tid in
        let activity = snapshot.activity.threads[tid] ?? ThreadActivity()
        return (
          [
            "  " + snapshot.threadName(tid), "\(tid)", Format.count(activity.calls),
            Format.duration(snapshot.nanoseconds(activity.onCPU)),
          ], .subject(.thread(tid))
        )
      }, empty: "none")
  }

  private func calls(of process: Process, _ page: inout Document) {
    var shares: [Symbol: CallShare] = [:]
    let threads = Set(process.threads)
    for (key, share) in snapshot.activity.calls {
      let (thread, symbol) = Activity.parts(of: key)
      if threads.contains(thread) { shares[symbol, default: CallShare()].add(share) }
    }
    page.heading("What it did (events received)")
    let sorted = shares.sorted { ($1.value.sum, $0.key.rawValue) < ($0.value.sum, $1.key.rawValue) }
    page.table(
      ["  CALL OR SPAN", "COUNT", "TOTAL", "OFF-CPU", "MAX", "ERRORS"], widths: [24, 8, 9, 9, 9, 8],
      rows: sorted.prefix(40).map { symbol, share in
        (
          [
            "  " + snapshot.name(of: symbol), Format.count(share.count),
            Format.duration(snapshot.nanoseconds(share.sum)), Format.duration(snapshot.nanoseconds(share.offCPU)),
            Format.duration(snapshot.nanoseconds(share.max)), share.errors == 0 ? "-" : Format.count(share.errors),
          ],
          .subject(
            symbol.isSystemCall
              ? .systemCall(symbol == .otherSystemCall ? 512 : Int(symbol.rawValue) - 512) : .span(Int(symbol.rawValue))
          )
        )
      }, empty: "no event received")
  }
}
