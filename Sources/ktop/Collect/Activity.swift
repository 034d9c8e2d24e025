// What the events received add up to: by thread, by CPU, by time, and examples of each latency.
//
// Unlike counters, which the kernel keeps and which are exact, all of this misses what was lost or dropped; views say
// so. One `add` an event, at up to half a million of them a second: no search, no allocation in the usual case.

import TraceModel
import Tracer

struct Activity: Sendable {
  private(set) var threads: [UInt32: ThreadActivity] = [:]
  /// Calls by thread and symbol.
  private(set) var calls: [UInt64: CallShare] = [:]
  private(set) var cpus: [CPUActivity] = []
  private(set) var clock = SliceClock()
  /// By symbol.
  private(set) var latencies: [UInt16: LatencyHistory] = [:]
  var log = EventLog()
  /// The latest end of an event.
  private(set) var time: UInt64 = 0
  static let threadLimit = 8192
  /// A checkpoint may keep as many again, and there are several.
  static let callLimit = 8192

  init() {}

  /// Only what the last `count` events of a log add up to.
  init(last count: Int, of log: EventLog) {
    var rest = log.count - count
    log.forEach { event in
      rest -= 1
      if rest < 0 { add(event) }
    }
  }

  mutating func add(_ event: TraceEvent) {
    if event.end > time { time = event.end }
    if clock.reach(event.end) { mergeSlices() }
    log.append(event)
    if event.symbol == .contextSwitch { return addSwitch(event) }
    threads[event.thread, default: ThreadActivity()].add(event)
    calls[Self.key(event.thread, event.symbol), default: CallShare()].add(event)
    latencies[event.symbol.rawValue, default: LatencyHistory()].add(event, slice: clock.slice(of: event.end))
    withCPU(event.cpu) { $0.records &+= 1 }
    if threads.count > Self.threadLimit || calls.count > Self.callLimit { forgetOldThreads() }
  }

  /// A thread's calls of one symbol.
  func share(of thread: UInt32, _ symbol: Symbol) -> CallShare? { calls[Self.key(thread, symbol)] }

  /// Thread and symbol of a key of `calls`.
  static func parts(of key: UInt64) -> (thread: UInt32, symbol: Symbol) {
    (UInt32(truncatingIfNeeded: key >> 16), Symbol(rawValue: UInt16(truncatingIfNeeded: key)))
  }

  /// The current slice of time.
  var slice: UInt64 { clock.slice(of: time) }
  /// The first there was.
  var firstSlice: UInt64 { clock.slice(of: clock.first ?? time) }

  private static func key(_ thread: UInt32, _ symbol: Symbol) -> UInt64 {
    UInt64(thread) << 16 | UInt64(symbol.rawValue)
  }

  private mutating func addSwitch(_ event: TraceEvent) {
    let next = UInt32(truncatingIfNeeded: event.argument)
    let clock = clock
    var ran: UInt64 = 0
    withCPU(event.cpu) { ran = $0.change(to: next, event, clock) }
    if event.thread != 0 { threads[event.thread, default: ThreadActivity()].leave(event.end, ran: ran) }
    if next != 0 { threads[next, default: ThreadActivity()].arrive(event.end, on: event.cpu) }
  }

  private mutating func withCPU(_ number: UInt8, _ body: (inout CPUActivity) -> Void) {
    while cpus.count <= Int(number) { cpus.append(CPUActivity()) }
    body(&cpus[Int(number)])
  }

  private mutating func mergeSlices() {
    for symbol in Array(latencies.keys) { latencies[symbol]?.merge() }
    for index in cpus.indices { cpus[index].merge() }
  }

  private mutating func forgetOldThreads() {
    let times = threads.values.map(\.lastSeen).sorted()
    let limit = times[times.count / 2]
    threads = threads.filter { $0.value.lastSeen > limit }
    calls = calls.filter { threads[Self.parts(of: $0.key).thread] != nil }
  }
}

/// What one thread has done.
struct ThreadActivity: Sendable {
  var calls: UInt64 = 0
  var errors: UInt64 = 0
  var spans: UInt64 = 0
  /// Times it was given a CPU, and ticks it kept it.
  var switches: UInt64 = 0
  var onCPU: UInt64 = 0
  /// The CPU it runs on as far as is known.
  var cpu: UInt8?
  var lastSymbol = Symbol.time
  var lastSeen: UInt64 = 0

  mutating func add(_ event: TraceEvent) {
    if event.symbol.isSystemCall {
      calls &+= 1
      if event.errno != 0 { errors &+= 1 }
      lastSymbol = event.symbol
    } else {
      spans &+= 1
    }
    lastSeen = max(lastSeen, event.end)
  }

  mutating func arrive(_ time: UInt64, on number: UInt8) {
    switches &+= 1
    cpu = number
    lastSeen = max(lastSeen, time)
  }

  mutating func leave(_ time: UInt64, ran: UInt64) {
    onCPU &+= ran
    cpu = nil
    lastSeen = max(lastSeen, time)
  }
}

/// A thread's part in a system call or span. Ticks.
struct CallShare: Sendable {
  var count: UInt64 = 0
  var errors: UInt64 = 0
  var sum: UInt64 = 0
  var offCPU: UInt64 = 0
  var max: UInt64 = 0

  mutating func add(_ event: TraceEvent) {
    count &+= 1
    if event.errno != 0 { errors &+= 1 }
    sum &+= event.duration
    offCPU &+= event.offCPU
    if event.duration > max { max = event.duration }
  }

  mutating func add(_ other: CallShare) {
    count &+= other.count
    errors &+= other.errors
    sum &+= other.sum
    offCPU &+= other.offCPU
    max = Swift.max(max, other.max)
  }
}
