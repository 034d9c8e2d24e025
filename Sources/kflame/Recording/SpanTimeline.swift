// The spans of a boot in time: where each thread was, from when to when.
//
// Spans of a thread nest by their times. A stretch with nothing inside of it becomes samples, cut where the thread was
// switched out; where no switch was recorded, what the kernel says of the span is taken from its end. Times are
// nanoseconds since the recording's first event.

import FlameGraph
import Recordings
import TraceFormats
import TraceModel
import Tracer

struct SpanTimeline {
  private(set) var stacks = FoldedStacks()
  private(set) var samples: [TimedSample] = []
  /// The spans as they were, and what ran on each CPU.
  private(set) var spans: [TimedSpan] = []
  private let model: TraceModel
  private let session: Session
  private let measure: SpanMeasure
  private let switches: SwitchLog
  private var names: [SpanTree.Label: UInt32] = [:]

  init(_ model: TraceModel, _ session: Session, _ measure: SpanMeasure, _ events: [TraceEvent]) {
    (self.model, self.session, self.measure) = (model, session, measure)
    switches = SwitchLog(events)
    var threads: [UInt64: [TraceEvent]] = [:]
    // One that began before time itself is damage that its checksum did not show.
    for event in events where event.symbol != .contextSwitch && event.duration <= event.end {
      threads[Self.key(event), default: []].append(event)
    }
    for key in threads.keys.sorted() { nest(threads[key] ?? [], UInt32(truncatingIfNeeded: key >> 8)) }
    addRuns()
    samples.sort { ($0.time, $0.thread.thread) < ($1.time, $1.thread.thread) }
  }

  /// The idle thread is another one on each CPU.
  private static func key(_ event: TraceEvent) -> UInt64 {
    UInt64(event.thread) << 8 | (event.thread == 0 ? UInt64(event.cpu) : 0)
  }

  /// A span that is open.
  private struct Open {
    var event: TraceEvent
    var node: UInt32
    var insideOff: UInt64 = 0
    /// Stretches with nothing inside.
    var own: [Range<UInt64>] = []
    var time: UInt64

    mutating func pass(to time: UInt64) {
      if time > self.time { own.append(self.time..<time) }
      self.time = max(self.time, time)
    }
  }

  private mutating func nest(_ events: [TraceEvent], _ tid: UInt32) {
    let info = session.threads.threads[tid]
    let name = session.threads.name(tid)
    let thread = TimedSample.Thread(process: UInt64(info?.pid ?? tid), thread: UInt64(tid), name: name)
    let root = stacks.child(of: 0, stacks.intern(name))
    var open: [Open] = []
    func close(until time: UInt64, _ timeline: inout SpanTimeline) {
      while let last = open.last, last.event.end <= time {
        open.removeLast()
        timeline.finish(last, thread)
        guard !open.isEmpty else { continue }
        open[open.count - 1].time = max(open[open.count - 1].time, last.event.end)
        open[open.count - 1].insideOff &+= last.event.offCPU
      }
    }
    for event in events.sorted(by: Self.encloses) {
      close(until: event.start, &self)
      if !open.isEmpty { open[open.count - 1].pass(to: event.start) }
      let node = stacks.child(of: open.last?.node ?? root, self.name(event))
      open.append(Open(event: event, node: node, time: event.start))
      let (start, end) = (nanoseconds(event.start), nanoseconds(event.end))
      spans.append(TimedSpan(name: stacks.nameID(of: node), start: start, end: end, thread: thread))
    }
    close(until: .max, &self)
  }

  /// Of two that begin together the longer, and of two alike the system call, encloses the other.
  private static func encloses(_ one: TraceEvent, _ other: TraceEvent) -> Bool {
    if one.start != other.start { return one.start < other.start }
    if one.end != other.end { return one.end > other.end }
    return one.symbol.rawValue > other.symbol.rawValue
  }

  private mutating func name(_ event: TraceEvent) -> UInt32 {
    let label = SpanTree.Label(event)
    if let id = names[label] { return id }
    let id = stacks.intern(model.name(of: label, in: session))
    names[label] = id
    return id
  }

  private mutating func finish(_ open: Open, _ thread: TimedSample.Thread) {
    var open = open
    open.pass(to: open.event.end)
    let off = open.event.offCPU > open.insideOff ? open.event.offCPU - open.insideOff : 0
    let presence = Presence(open.own, switches.absences[open.event.thread] ?? [], off: off)
    for stretch in measure == .onCPU ? presence.here : presence.away { add(stretch, open, thread) }
  }

  private mutating func add(_ stretch: Range<UInt64>, _ open: Open, _ thread: TimedSample.Thread) {
    let (start, end) = (nanoseconds(stretch.lowerBound), nanoseconds(stretch.upperBound))
    guard end > start else { return }
    stacks.add(end - start, to: open.node)
    samples.append(
      TimedSample(time: start, node: open.node, value: end - start, thread: thread, cpu: UInt32(open.event.cpu)))
  }

  /// Since the first event.
  private func nanoseconds(_ ticks: UInt64) -> UInt64 {
    let beginning = session.beginning ?? 0
    return session.wholeNanoseconds(ticks: max(ticks, beginning) - beginning)
  }

  private mutating func addRuns() {
    for run in switches.runs {
      let name = stacks.intern(session.threads.name(run.thread))
      let (start, end) = (nanoseconds(run.time.lowerBound), nanoseconds(run.time.upperBound))
      spans.append(TimedSpan(name: name, start: start, end: end, thread: .cpu(UInt64(run.cpu))))
    }
  }
}
