// The flight recorder as the reader sees it: what the kernel keeps, what has set it off, and what happened then.
import Tracer

/// What the kernel keeps, and how often it has been set off.
public struct FlightState: Sendable, Equatable {
  public var rules: FlightRules
  public var triggers: UInt64
}

/// One time that the recorder was set off. Times in ticks.
public struct Trigger: Sendable {
  public var reason: TriggerReason
  public var cpu: Int
  /// The row of the record that was too slow: a system call's number, or 512 + a span's.
  public var row: Int
  public var end: UInt64
  public var duration: UInt64
  public var thread: UInt32
  /// What happened inside that record on its thread, itself included, by end.
  public internal(set) var events: [TraceEvent] = []

  fileprivate static let eventLimit = 1000

  func encloses(_ event: TraceEvent) -> Bool {
    event.thread == thread && event.end <= end && event.start >= end &- duration && event.symbol != .contextSwitch
  }
}

extension Session {
  private static var triggerLimit: Int { 64 }

  mutating func applyFlight(_ reader: inout FrameReader) -> Bool {
    guard let seconds = reader.varint().flatMap(UInt32.init(exactly:)),
      let row = reader.varint().flatMap(UInt32.init(exactly:)), let threshold = reader.varint(),
      let count = reader.varint()
    else { return false }
    var trigger: Trigger?
    if !reader.isAtEnd {
      guard let reason = reader.byte().flatMap(TriggerReason.init), let cpu = reader.byte(),
        let row = reader.varint(), let end = reader.varint(), let duration = reader.varint(),
        let thread = reader.varint().flatMap(UInt32.init(exactly:))
      else { return false }
      trigger = Trigger(
        reason: reason, cpu: Int(cpu), row: Int(clamping: row), end: end, duration: duration, thread: thread)
    }
    flight = FlightState(
      rules: FlightRules(seconds: seconds, row: row, threshold: threshold), triggers: count)
    guard let trigger else { return true }
    triggers.append(trigger)
    if triggers.count > Self.triggerLimit { triggers.removeFirst() }
    return true
  }

  /// The events of the last trigger come after it.
  mutating func noteTriggered(_ events: UnsafeBufferPointer<TraceEvent>) {
    guard let last = triggers.indices.last, triggers[last].reason == .latency else { return }
    for event in events where triggers[last].encloses(event) && triggers[last].events.count < Trigger.eventLimit {
      triggers[last].events.append(event)
    }
  }
}

extension TraceModel {
  /// A trigger as lines: what was too slow, then what it consisted of, indented by nesting, with times in nanoseconds.
  public func text(of trigger: Trigger, in session: Session) -> String {
    // Before the first HELLO the unit is not known, and a stream of lies has times beyond any number.
    func nanoseconds(_ ticks: UInt64) -> String {
      let whole = session.nanoseconds(ticks: ticks).flatMap { Int(exactly: $0.rounded(.towardZero)) }
      return whole.map { "\($0) ns" } ?? "\(ticks) ticks"
    }
    guard trigger.reason == .latency else { return "set off by the host" }
    let name =
      trigger.row > RowIndex.other
      ? spanName(trigger.row - RowIndex.other, of: session) : Self.systemCallName(trigger.row)
    let who = session.threads.name(trigger.thread)
    var lines = ["\(name) took \(nanoseconds(trigger.duration)) in \(who) (\(trigger.thread)) on CPU \(trigger.cpu)"]
    // By descending end and length, what encloses comes before what it encloses.
    var open: [TraceEvent] = []
    for event in trigger.events.sorted(by: { ($0.start, $1.duration) < ($1.start, $0.duration) }) {
      while let last = open.last, event.start >= last.end { open.removeLast() }
      let label = self.name(of: SpanTree.Label(event), in: session)
      let off = event.offCPU > 0 ? ", \(nanoseconds(event.offCPU)) off the CPU" : ""
      lines.append(String(repeating: "  ", count: open.count + 1) + "\(label) \(nanoseconds(event.duration))\(off)")
      open.append(event)
    }
    return lines.joined(separator: "\n")
  }
}
