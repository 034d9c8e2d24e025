// The probes: what the kernel calls when a static key is on.
//
// All times are TSC ticks as the caller read them. A probe runs on the CPU it records for, with or without interrupts,
// and returns in bounded time. A system call or span is one record, written when it ends; how spans nest is found
// again from their times by the reader.
//
// The usual case (no error, never switched out, shorter than 2^21 ticks) is inlined and makes no call; everything
// else goes through `recordUnusual`.
import CMachine

extension CPUTrace {
  /// Records a finished system call: histogram, errno and event.
  /// `result` is the return value: -133…-1 are errnos. `thread` is the one that called, which still runs.
  @inline(__always)
  public func recordSystemCall(
    number: UInt64, start: SpanStart, end: UInt64, result: Int64, thread: UnsafePointer<ThreadTrace>
  ) {
    let isUsual =
      number < 512 && UInt64(bitPattern: result) <= Self.largestSuccess && thread.pointee.offCPU == start.offCPU
    guard
      isUsual,
      recordUsual(
        row: Int(truncatingIfNeeded: number), symbol: .systemCall(number), small: 0, start: start.tsc, end: end,
        class: Self.systemCallClass)
    else { return recordUnusualCall(number: number, start: start, end: end, result: result, thread: thread) }
  }

  /// Records a finished span. `id` is from probes.h (1…127), `argument` is printed as a number (0: none), `key` is the
  /// static key that switches it.
  @inline(__always)
  public func recordSpan(
    _ id: UInt32, start: SpanStart, end: UInt64, thread: UnsafePointer<ThreadTrace>, argument: UInt64 = 0,
    key: UInt32
  ) {
    guard
      argument < 256 && thread.pointee.offCPU == start.offCPU,
      recordUsual(
        row: RowIndex.span(id), symbol: .span(id), small: argument, start: start.tsc, end: end,
        class: Int(truncatingIfNeeded: key & 7))
    else {
      return recordUnusual(
        row: RowIndex.span(id), symbol: .span(id), errno: 0, argument: argument, start: start, end: end,
        thread: thread, class: Int(truncatingIfNeeded: key & 7))
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
    let end = now &>> area.pointee.tickShift
    let word = RingWord(switchTo: area.pointee.currentThread, end: end)
    append(word, end: end, class: Self.schedulerClass, thread: UInt64(from.pointee.tid))
  }

  /// Tells which thread this CPU runs, without an event: at boot, and when the scheduler key is turned on.
  public func setCurrentThread(_ tid: UInt32) { area.pointee.currentThread = UInt64(tid) }

  static var systemCallClass: Int { Int(apus_key_id_syscalls.rawValue) }
  static var schedulerClass: Int { Int(apus_key_id_scheduler.rawValue) }
  /// Results above this, as unsigned numbers, are errnos.
  static var largestSuccess: UInt64 { UInt64(bitPattern: -134) }

  // Counts and appends without a call; false, with nothing done, when the record is not of the usual kind.
  @inline(__always)
  private func recordUsual(
    row index: Int, symbol: Symbol, small: UInt64, start: UInt64, end: UInt64, class eventClass: Int
  ) -> Bool {
    let row = area.pointee.rows + index
    let shift = area.pointee.tickShift
    let endTick = end &>> shift
    let durationTicks = endTick &- start &>> shift
    guard durationTicks <= RingWord.durationMask, let block = row.pointee.block else { return false }
    // 2^21 ticks are fewer than 2^40 TSC ticks for any clock.
    count(row, block, bucket: Histogram.bucket(ofShort: end &- start), duration: end &- start)
    append(
      RingWord(symbol, end: endTick, duration: durationTicks, small: small), end: endTick, class: eventClass)
    return true
  }

  @inline(never)
  private func recordUnusualCall(
    number: UInt64, start: SpanStart, end: UInt64, result: Int64, thread: UnsafePointer<ThreadTrace>
  ) {
    let isError = UInt64(bitPattern: result) > Self.largestSuccess
    recordUnusual(
      row: number < 512 ? Int(truncatingIfNeeded: number) : RowIndex.other,
      symbol: number < 512 ? .systemCall(number) : .otherSystemCall,
      errno: isError ? 0 &- UInt64(bitPattern: result) : 0, argument: number < 512 ? 0 : number, start: start, end: end,
      thread: thread, class: Self.systemCallClass)
  }

  @inline(never)
  private func recordUnusual(
    row: Int, symbol: Symbol, errno: UInt64, argument: UInt64, start: SpanStart, end: UInt64,
    thread: UnsafePointer<ThreadTrace>, class eventClass: Int
  ) {
    let block = count(row: row, duration: end &- start.tsc)
    if errno != 0 { countError(row: row, errno: errno, block: block) }
    let shift = area.pointee.tickShift
    let endTick = end &>> shift
    let duration = endTick &- start.tsc &>> shift
    let extras = Extras(
      offCPU: (thread.pointee.offCPU &- start.offCPU) &>> shift, argument: argument,
      longDuration: duration > RingWord.durationMask ? duration : 0)
    let word = RingWord(symbol, end: endTick, duration: duration & RingWord.durationMask, small: errno)
    appendGroup(word, end: endTick, class: eventClass, extras: extras, thread: area.pointee.currentThread)
  }
}
