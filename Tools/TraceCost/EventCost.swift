// Events written by the kernel's own code, for callgrind to count: EventCost COUNT KIND. Compiled into one module with the
// tracer, so that what the kernel inlines is inlined here. The ring has room for all of them.

@main enum EventCost {
  static func main() {
    guard CommandLine.arguments.count == 3, let count = UInt64(CommandLine.arguments[1]) else { return }
    let capacity = CPUTrace.Capacity(ringWords: 1 << 16, histograms: 16)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: CPUTrace.bytesNeeded(capacity), alignment: 64)
    let trace = CPUTrace(initialize: memory, capacity, tickShift: 3)
    let thread = UnsafeMutablePointer<ThreadTrace>.allocate(capacity: 1)
    thread.initialize(to: ThreadTrace(tid: 1))
    // The first of a row takes a histogram, and tells the time.
    span(trace, 100, thread)
    var clock: UInt64 = 1000
    switch CommandLine.arguments[2] {
    case "moment":
      for _ in 0..<count {
        tick(&clock)
        if !moment(trace, clock) { fatalError("not the usual way") }
      }
    case "span":
      for _ in 0..<count {
        tick(&clock)
        span(trace, clock, thread)
      }
    default: for _ in 0..<count { tick(&clock) }
    }
    print(trace.area.pointee.head)
  }

  @inline(never)
  private static func tick(_ clock: inout UInt64) { clock &+= 80 }

  /// One word: the time is within reach of the last one told, the ring has room.
  @inline(__always)
  private static func moment(_ trace: CPUTrace, _ now: UInt64) -> Bool {
    let end = now &>> trace.area.pointee.tickShift
    guard trace.canAppend(at: end) else { return false }
    trace.append(RingWord(switchTo: 7, end: end).bits)
    return true
  }

  /// The same word behind a duration, and the row: count, sum, extremes, histogram.
  @inline(__always)
  private static func span(_ trace: CPUTrace, _ end: UInt64, _ thread: UnsafeMutablePointer<ThreadTrace>) {
    trace.recordSpan(5, start: SpanStart(tsc: end &- 64, thread: thread), end: end, thread: thread, key: 1)
  }
}
