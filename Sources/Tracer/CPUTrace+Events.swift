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
  /// Notes the beginning of a system call in its thread.
  @inline(__always)
  public static func beginSystemCall(_ thread: UnsafeMutablePointer<ThreadTrace>) {
    apus_trace_stamp(&thread.pointee.callStart)
    thread.pointee.callOffCPU = 0
  }

  /// Records the system call whose beginning `thread` holds, without a call; false, with nothing done, when it is not
  /// of the usual kind: `recordUnusualCall` is to do it then. `result` is what the program gets, `end` the time now.
  @inline(__always)
  public func recordUsualCall(
    number: UInt64, end: UInt64, result: UInt64, thread: UnsafePointer<ThreadTrace>
  ) -> Bool {
    // Tests one after the other: joined by && they become arithmetic.
    if number >= 512 { return false }
    if result > Self.largestSuccess { return false }
    if thread.pointee.callOffCPU != 0 { return false }
    return recordUsual(row: Int(truncatingIfNeeded: number), small: 0, start: thread.pointee.callStart, end: end)
  }

  /// Records a finished span. `id` is from probes.h (1…127), `argument` is printed as a number (0: none), `key` is the
  /// static key that switches it.
  @inline(__always)
  public func recordSpan(
    _ id: UInt32, start: SpanStart, end: UInt64, thread: UnsafePointer<ThreadTrace>, argument: UInt64 = 0,
    key: UInt32
  ) {
    guard argument < 256 && thread.pointee.offCPU == start.offCPU,
      recordUsual(row: RowIndex.span(id), small: argument, start: start.tsc, end: end)
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
    if to.pointee.switchedOutAt != 0 {
      let away = now &- to.pointee.switchedOutAt
      to.pointee.offCPU &+= away
      to.pointee.callOffCPU &+= away
    }
    to.pointee.switchedOutAt = 0
    area.pointee.currentThread = UInt64(to.pointee.tid)
    let row = RowIndex.span(apus_span_switch.rawValue)
    if admits(row: row) { _ = count(row: row, duration: now &- start) }
    let end = now &>> area.pointee.tickShift
    let word = RingWord(switchTo: area.pointee.currentThread, end: end)
    if canAppend(at: end) {
      append(word.bits)
    } else {
      appendGroup(word, end: end, class: Self.schedulerClass, extras: Extras(), thread: UInt64(from.pointee.tid))
    }
  }

  /// Tells which thread this CPU runs, without an event: at boot, and when the scheduler key is turned on.
  public func setCurrentThread(_ tid: UInt32) { area.pointee.currentThread = UInt64(tid) }

  static var systemCallClass: Int { Int(apus_key_id_syscalls.rawValue) }
  static var schedulerClass: Int { Int(apus_key_id_scheduler.rawValue) }
  /// Results above this, as unsigned numbers, are errnos.
  static var largestSuccess: UInt64 { UInt64(bitPattern: -134) }

  // Counts and appends without a call; false, with nothing done, when the record is not of the usual kind.
  @inline(__always)
  private func recordUsual(row index: Int, small: UInt64, start: UInt64, end: UInt64) -> Bool {
    let row = area.pointee.rows + index
    let shift = area.pointee.tickShift
    let endTick = end &>> shift
    let ticks = endTick &- start &>> shift
    guard ticks <= RingWord.durationMask, let block = row.pointee.block, canAppend(at: endTick) else { return false }
    // 2^21 ticks are fewer than 2^40 TSC ticks for any clock.
    count(row, block, bucket: Histogram.bucket(ofShort: end &- start), duration: end &- start)
    append(row.pointee.header | small << 46 | ticks << 25 | endTick & RingWord.timeMask)
    return true
  }

  /// Records any system call; returns the result, which then need not be kept over this.
  @inline(never)
  public func recordUnusualCall(
    number: UInt64, end: UInt64, result: UInt64, thread: UnsafePointer<ThreadTrace>
  ) -> UInt64 {
    let start = SpanStart(
      tsc: thread.pointee.callStart, offCPU: thread.pointee.offCPU &- thread.pointee.callOffCPU)
    recordUnusual(
      row: number < 512 ? Int(truncatingIfNeeded: number) : RowIndex.other,
      symbol: number < 512 ? .systemCall(number) : .otherSystemCall,
      errno: result > Self.largestSuccess ? 0 &- result : 0, argument: number < 512 ? 0 : number, start: start,
      end: end,
      thread: thread, class: Self.systemCallClass)
    return result
  }

  @inline(never)
  private func recordUnusual(
    row: Int, symbol: Symbol, errno: UInt64, argument: UInt64, start: SpanStart, end: UInt64,
    thread: UnsafePointer<ThreadTrace>, class eventClass: Int
  ) {
    guard admits(row: row), admits(thread) else { return }
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
