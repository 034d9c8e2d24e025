// The probes: what the kernel calls when a static key is on.
//
// All times are TSC ticks as the caller read them. A probe runs on the CPU it records for, with or without interrupts,
// and returns in bounded time. A system call or span is one record, written when it ends; how spans nest is found
// again from their times by the reader.
import CMachine

extension CPUTrace {
  /// Records a finished system call: histogram, errno and event.
  /// `result` is the return value: -133…-1 are errnos. `thread` is the one that called, which still runs.
  @inline(__always)
  public func recordSystemCall(
    number: UInt64, start: SpanStart, end: UInt64, result: Int64, thread: UnsafePointer<ThreadTrace>
  ) {
    let index = Int(truncatingIfNeeded: number < 512 ? number : 512)
    let block = count(row: index, duration: end &- start.tsc)
    var errno: UInt64 = 0
    if UInt64(bitPattern: result) > UInt64(bitPattern: -134) {
      errno = 0 &- UInt64(bitPattern: result)
      countError(row: index, errno: errno, block: block)
    }
    let offCPU = thread.pointee.offCPU &- start.offCPU
    if _fastPath(number < 512 && offCPU == 0) {
      appendRecord(.systemCall(number), start: start.tsc, end: end, small: errno, class: Self.systemCallClass)
    } else {
      appendUnusual(
        number < 512 ? .systemCall(number) : .otherSystemCall, start: start.tsc, end: end, small: errno,
        extras: Extras(offCPU: offCPU, argument: number < 512 ? 0 : number), class: Self.systemCallClass)
    }
  }

  /// Records a finished span. `id` is from probes.h (1…127), `argument` is printed as a number (0: none).
  @inline(__always)
  public func recordSpan(
    _ id: UInt32, start: SpanStart, end: UInt64, thread: UnsafePointer<ThreadTrace>, argument: UInt64 = 0,
    key: UInt32
  ) {
    _ = count(row: RowIndex.span(id), duration: end &- start.tsc)
    let offCPU = thread.pointee.offCPU &- start.offCPU
    let eventClass = Int(truncatingIfNeeded: key & 7)
    if argument < 256 && offCPU == 0 {
      appendRecord(.span(id), start: start.tsc, end: end, small: argument, class: eventClass)
    } else {
      appendUnusual(
        .span(id), start: start.tsc, end: end, small: 0, extras: Extras(offCPU: offCPU, argument: argument),
        class: eventClass)
    }
  }

  /// Records that this CPU goes from one thread to another. `start` is when the scheduler began, `now` the time of the
  /// switch: their difference is counted as span `context_switch`. Call just before the stacks are switched.
  public func contextSwitch(
    from: UnsafeMutablePointer<ThreadTrace>, to: UnsafeMutablePointer<ThreadTrace>, start: UInt64, now: UInt64
  ) {
    from.pointee.switchedOutAt = now
    if to.pointee.switchedOutAt != 0 { to.pointee.offCPU &+= now &- to.pointee.switchedOutAt }
    to.pointee.switchedOutAt = 0
    area.pointee.currentThread = UInt64(to.pointee.tid)
    _ = count(row: RowIndex.span(apus_span_switch.rawValue), duration: now &- start)
    let end = now >> area.pointee.tickShift
    append(RingWord(switchTo: area.pointee.currentThread, end: end), end: end, class: Self.schedulerClass)
  }

  /// Tells which thread this CPU runs, without an event: at boot, and when the scheduler key is turned on.
  public func setCurrentThread(_ tid: UInt32) { area.pointee.currentThread = UInt64(tid) }

  static var systemCallClass: Int { Int(apus_key_id_syscalls.rawValue) }
  static var schedulerClass: Int { Int(apus_key_id_scheduler.rawValue) }

  @inline(__always)
  private func appendRecord(_ symbol: Symbol, start: UInt64, end: UInt64, small: UInt64, class eventClass: Int) {
    let shift = area.pointee.tickShift
    let endTick = end &>> shift
    let duration = endTick &- start &>> shift
    if _fastPath(duration <= RingWord.durationMask) {
      append(RingWord(symbol, end: endTick, duration: duration, small: small), end: endTick, class: eventClass)
    } else {
      appendUnusual(symbol, start: start, end: end, small: small, extras: Extras(), class: eventClass)
    }
  }

  @inline(never)
  private func appendUnusual(
    _ symbol: Symbol, start: UInt64, end: UInt64, small: UInt64, extras: Extras, class eventClass: Int
  ) {
    let shift = area.pointee.tickShift
    let endTick = end &>> shift
    let duration = endTick &- start &>> shift
    var extras = extras
    extras.offCPU = extras.offCPU &>> shift
    if duration > RingWord.durationMask { extras.longDuration = duration }
    let word = RingWord(symbol, end: endTick, duration: duration & RingWord.durationMask, small: small)
    appendGroup(word, end: endTick, class: eventClass, extras: extras)
  }
}
