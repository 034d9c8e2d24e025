// Keeping the last seconds of events in the rings, and sending them when something has happened: a wish of the host, a
// latency above a threshold, the end of the kernel.
//
// While it is on, events stay where they are. Each tick looks at what has come since the last one: a record whose
// duration is above the threshold triggers. What is older than the recorder keeps, or stands in the way of new records,
// is discarded and counted as dropped. A trigger lets through what is in the rings at that moment, of all CPUs; triggers
// meanwhile are counted only. Looking costs the drain time, not the probes. The drain's, under its one caller.
import CMachine

/// Why events were let through; the numbers are the wire's.
public enum TriggerReason: UInt8, Sendable {
  case host = 1
  case latency = 2
}

/// What the host wants kept.
public struct FlightRules: Sendable, Equatable {
  /// How far back; 0 turns the recorder off.
  public var seconds: UInt32
  /// The row whose records trigger; `anyRow`, or `noRow`.
  public var row: UInt32
  /// Durations that trigger, ticks.
  public var threshold: UInt64

  public init(seconds: UInt32, row: UInt32 = FlightRules.noRow, threshold: UInt64 = 0) {
    self.seconds = seconds
    self.row = row
    self.threshold = threshold
  }

  public static var anyRow: UInt32 { 1000 }
  public static var noRow: UInt32 { 1001 }
}

struct FlightRecorder {
  /// What set it off.
  struct Trigger {
    var reason: TriggerReason
    var cpu: Int
    var row: UInt64
    var end: UInt64
    var duration: UInt64
    var thread: UInt64
  }

  private(set) var rules = FlightRules(seconds: 0)
  /// Triggers since boot, and the last one that has not been told yet.
  private(set) var count: UInt64 = 0
  private(set) var untold: Trigger?
  private var isDue = false
  private var lastTold: UInt64 = 0
  /// Most records looked at in one tick and CPU.
  private static let scanLimit = 4096

  var isOn: Bool { rules.seconds != 0 }

  mutating func set(
    _ rules: FlightRules, _ cpus: UnsafeMutablePointer<CPUProgress>, _ cpuCount: Int, now: UInt64
  ) {
    self.rules = rules
    isDue = true
    for cpu in 0..<cpuCount {
      cpus[cpu].scanned = apus_trace_load(&cpus[cpu].trace.area.pointee.head)
      cpus[cpu].scanTime = now
      cpus[cpu].scanThread = cpus[cpu].trace.area.pointee.currentThread
      cpus[cpu].sendLimit = isOn ? cpus[cpu].trace.area.pointee.tail : UInt64.max
    }
  }

  /// Lets everything through that is in the rings now.
  mutating func trigger(_ trigger: Trigger, _ cpus: UnsafeMutablePointer<CPUProgress>, _ cpuCount: Int) {
    count &+= 1
    guard isOn, untold == nil, !isSending(cpus, cpuCount) else { return }
    untold = trigger
    isDue = true
    for cpu in 0..<cpuCount { cpus[cpu].sendLimit = apus_trace_load(&cpus[cpu].trace.area.pointee.head) }
  }

  /// Once a tick: looks for triggers, and makes room.
  mutating func tick(
    _ cpus: UnsafeMutablePointer<CPUProgress>, _ cpuCount: Int, now: UInt64, second: UInt64
  ) {
    guard isOn else { return }
    let horizon = UInt64(rules.seconds) &* second
    for cpu in 0..<cpuCount {
      scan(cpu, cpus, cpuCount)
      cpus[cpu].discard(before: now > horizon ? now &- horizon : 0)
    }
  }

  /// Fills a frame that tells the rules and the last trigger; false when nothing has to be told.
  mutating func fill(_ frame: inout FrameWriter, tag: UInt8, now: UInt64, second: UInt64) -> Bool {
    guard isDue || isOn && now &- lastTold >= second else { return false }
    isDue = false
    lastTold = now
    frame.byte(Frame.head(.flight, tag: tag))
    frame.varint(UInt64(rules.seconds))
    frame.varint(UInt64(rules.row))
    frame.varint(rules.threshold)
    frame.varint(count)
    guard let trigger = untold else { return true }
    untold = nil
    frame.byte(trigger.reason.rawValue)
    frame.byte(UInt8(truncatingIfNeeded: trigger.cpu))
    frame.varint(trigger.row)
    frame.varint(trigger.end)
    frame.varint(trigger.duration)
    frame.varint(trigger.thread)
    return true
  }

  private func isSending(_ cpus: UnsafeMutablePointer<CPUProgress>, _ cpuCount: Int) -> Bool {
    for cpu in 0..<cpuCount where cpus[cpu].trace.area.pointee.tail < cpus[cpu].sendLimit { return true }
    return false
  }

  private mutating func scan(_ cpu: Int, _ cpus: UnsafeMutablePointer<CPUProgress>, _ cpuCount: Int) {
    for _ in 0..<Self.scanLimit {
      guard let group = EventEncoder.group(cpus[cpu], at: cpus[cpu].scanned, time: cpus[cpu].scanTime) else { return }
      cpus[cpu].scanned &+= group.words
      cpus[cpu].scanTime = group.time
      if let thread = group.thread { cpus[cpu].scanThread = thread }
      if group.record.symbol == .contextSwitch {
        cpus[cpu].scanThread = group.record.tid
      } else if let row = slowRow(group) {
        let trigger = Trigger(
          reason: .latency, cpu: cpu, row: row, end: group.time, duration: group.duration,
          thread: cpus[cpu].scanThread)
        self.trigger(trigger, cpus, cpuCount)
      }
    }
  }

  private func slowRow(_ group: RecordGroup) -> UInt64? {
    guard rules.row != FlightRules.noRow, group.duration >= rules.threshold else { return nil }
    let row = group.record.symbol.row
    return rules.row == FlightRules.anyRow || UInt64(rules.row) == row ? row : nil
  }
}

extension Symbol {
  /// The row of counts that belongs to a record.
  var row: UInt64 {
    if rawValue >= 512 { return UInt64(rawValue) &- 512 }
    return isSpan ? UInt64(rawValue) &+ 512 : UInt64(RowIndex.other)
  }
}

extension CPUProgress {
  /// Gives up records that ended before `horizon`, and as many as keep a quarter of the ring free. Only what has been
  /// looked at, and is not being sent.
  mutating func discard(before horizon: UInt64) {
    let area = trace.area
    let limit = area.pointee.ringLimit &- area.pointee.ringLimit / 4
    var words: UInt64 = 0
    while area.pointee.tail &+ words >= sendLimit, area.pointee.tail &+ words < scanned,
      let group = EventEncoder.group(self, at: area.pointee.tail &+ words, time: time)
    {
      let isCrowded = pendingWords &- words > limit
      guard group.time < horizon || isCrowded else { break }
      if let thread = group.thread { self.thread = thread }
      if group.record.symbol == .contextSwitch { thread = group.record.tid }
      time = group.time
      words &+= group.words
      discarded &+= 1
    }
    if words > 0 {
      EventEncoder.release(words, of: trace)
      if sendLimit < area.pointee.tail { sendLimit = area.pointee.tail }
    }
  }
}
