// A document about one CPU.

import TraceModel
import Tracer

extension Explain {
  func cpu(_ number: Int, _ page: inout Document) {
    guard snapshot.activity.cpus.indices.contains(number) else {
      return page.text("nothing heard of it", style: .faint)
    }
    let cpu = snapshot.activity.cpus[number]
    let whole = cpu.busy + cpu.idle
    page.heading("CPU \(number)")
    page.text(
      "busy \(Format.percent(cpu.busy, of: whole)) of \(Format.duration(snapshot.nanoseconds(whole))) accounted for; "
        + "switches \(cpu.switches); records \(cpu.records)")
    if let running = cpu.running { page.text("runs \(snapshot.threadName(running)) (\(running))") }
    busy(cpu, &page)
    runners(number, &page)
  }

  private func busy(_ cpu: CPUActivity, _ page: inout Document) {
    let clock = snapshot.activity.clock
    let count = min(SliceClock.count - 1, Charts.curveCount(width: width - 2, isUnicode: isUnicode))
    let values = cpu.busySeries(upTo: snapshot.activity.slice, count: count, at: snapshot.activity.time, clock)
    let whole = Double(UInt64(1) << UInt64(clock.shift))
    let seconds = snapshot.nanoseconds(UInt64(count) << UInt64(clock.shift)) / 1e9
    page.heading("Busy, 0 to 100 %, over the last \(Format.decimals(seconds, 1)) s")
    for line in Charts.curve(values.map { Double($0) / whole }, top: 1, height: 4, isUnicode: isUnicode) {
      page.line([Document.Part(text: "  " + line, style: .graph)])
    }
  }

  // Who ran, from the switches in the log.
  private func runners(_ number: Int, _ page: inout Document) {
    var ran: [UInt32: UInt64] = [:]
    var last: UInt64?
    snapshot.activity.log.forEach { event in
      guard event.symbol == .contextSwitch, Int(event.cpu) == number else { return }
      if let last, event.end > last { ran[event.thread, default: 0] += event.end - last }
      last = event.end
    }
    let whole = ran.values.reduce(0, +)
    page.heading("Who ran, as far back as events are kept")
    page.table(
      ["  THREAD", "TID", "TIME", "SHARE"], widths: [22, 8, 9, 9],
      rows: ran.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20).map { tid, ticks in
        (
          [
            "  " + snapshot.threadName(tid), "\(tid)", Format.duration(snapshot.nanoseconds(ticks)),
            Format.percent(ticks, of: whole),
          ], tid == 0 ? nil : snapshot.link(toProcess: snapshot.pid(of: tid))
        )
      }, empty: "no context switch received; is the probe scheduler on?")
  }
}
