// Documents about locks, processes and CPUs.

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

  func finding(_ notice: Notice?, _ page: inout Document) {
    guard let notice else { return page.text("not so any more", style: .faint) }
    page.heading("\(notice.place): \(notice.title)")
    for line in notice.evidence { page.text("  " + line) }
    if let saves = notice.saves { page.text("mending it would have saved \(Format.count(saves)) instructions so far") }
    if notice.calls > 1 { page.text("seen in \(notice.calls) calls") }
    if let link = notice.link { page.text("  more about \(notice.place)", link: link) }
  }

  /// Where in the tree of spans one occurs.
  func places(of id: Int, _ page: inout Document) {
    page.heading("Where (Enter: the flame graph there)")
    let places = snapshot.tree.indices.filter { snapshot.tree[$0].label == .span(id) && snapshot.tree[$0].count > 0 }
    let sorted = places.sorted { snapshot.tree[$0].selfOnCPU > snapshot.tree[$1].selfOnCPU }
    page.table(
      ["  PLACE", "COUNT", "SELF", "OFF-CPU"], widths: [max(24, width - 30), 9, 9, 9],
      rows: sorted.prefix(20).map { index in
        let node = snapshot.tree[index]
        let path = snapshot.path(to: index)
        return (
          [
            "  " + path.dropLast().joined(separator: " > "), Format.count(node.count),
            Format.duration(snapshot.nanoseconds(node.selfOnCPU)), Format.duration(snapshot.nanoseconds(node.offCPU)),
          ], .flame(path)
        )
      }, empty: "no event received")
  }

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
