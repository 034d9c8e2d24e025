// Events received: examples of a latency, the last of a thread, and what was inside one.

import TraceModel
import Tracer

extension Explain {
  func examples(_ symbol: Symbol, _ octave: Int, _ page: inout Document) {
    page.heading("\(page.title): the last received (Enter: the timeline there)")
    let events = snapshot.activity.latencies[symbol.rawValue]?.examples(of: octave) ?? []
    guard !events.isEmpty else { return page.text("  none was received, or it is too long ago", style: .faint) }
    for event in events {
      page.line([Document.Part(text: describe(event))], link: link(to: event))
      for inner in inside(event) {
        let depth = String(repeating: "  ", count: inner.depth + 2)
        page.text(
          "\(depth)\(snapshot.name(of: inner.event.symbol)) \(Format.duration(snapshot.nanoseconds(inner.event.duration)))",
          style: .faint)
      }
    }
  }

  func list(_ events: [TraceEvent], _ page: inout Document) {
    guard !events.isEmpty else { return page.text("  none received", style: .faint) }
    for event in events { page.line([Document.Part(text: describe(event))], link: link(to: event)) }
  }

  func events(of threads: Set<UInt32>, _ page: inout Document) {
    var last: [TraceEvent] = []
    snapshot.activity.log.forEach { event in
      guard threads.contains(event.thread), event.symbol != .contextSwitch else { return }
      last.append(event)
    }
    page.heading("Its last events (Enter: the timeline there)")
    list(last.suffix(30).reversed(), &page)
  }

  private func describe(_ event: TraceEvent) -> String {
    let at = Format.decimals(snapshot.secondsSinceBoot(event.start) * 1000, 2)
    var text =
      "  at \(at) ms  \(snapshot.name(of: event.symbol))  \(Format.duration(snapshot.nanoseconds(event.duration)))"
    if event.offCPU > 0 { text += "  off-CPU \(Format.duration(snapshot.nanoseconds(event.offCPU)))" }
    if event.errno != 0 { text += "  " + Format.errno(event.errno) }
    return text + "  \(snapshot.threadName(event.thread)) \(event.thread)  CPU \(event.cpu)"
  }

  private func link(to event: TraceEvent) -> Link {
    .timeline(start: event.start, end: event.end, thread: event.thread)
  }

  // What the thread did within an event, as far as the log reaches.
  private func inside(_ outer: TraceEvent) -> [(event: TraceEvent, depth: Int)] {
    var inner: [TraceEvent] = []
    snapshot.activity.log.forEach { event in
      guard event.thread == outer.thread, event.symbol != .contextSwitch, event != outer, event.start >= outer.start,
        event.end <= outer.end
      else { return }
      inner.append(event)
    }
    inner.sort { ($0.start, $1.end) < ($1.start, $0.end) }
    var open: [TraceEvent] = []
    return inner.prefix(20).map { event in
      while let last = open.last, event.start >= last.end { open.removeLast() }
      open.append(event)
      return (event, open.count - 1)
    }
  }
}
