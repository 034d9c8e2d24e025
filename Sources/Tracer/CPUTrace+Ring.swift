// Appending to the ring, safe against interrupts on the same CPU, never waiting.
//
// Protocol: check that there is room, reserve by one non-locked xadd, store. Reserved words are 0 until stored; the
// drain stops at a 0, zeroes what it has read, then moves `tail`. A group of prefix words and record is stored last
// word first, so a group whose first word is there is complete. An interrupt between check and reserve may use up to
// `ringMargin` words that the check did not see.
import CMachine

extension CPUTrace {
  /// Whether one word recorded at `end` (ticks) can be appended: there is room, and no prefix is needed. A record that
  /// an interrupt has overtaken may lie a little before the last full time: the nearest reading is still right.
  @inline(__always)
  func canAppend(at end: UInt64) -> Bool {
    end < area.pointee.epochEnd && area.pointee.head <= area.pointee.headLimit
  }

  /// Appends one word, for which `canAppend` held.
  @inline(__always)
  func append(_ bits: UInt64) {
    let index = apus_trace_reserve(&area.pointee.head, 1) & area.pointee.ringMask
    area.pointee.ring[Int(truncatingIfNeeded: index)] = bits
  }

  /// What a record needs beyond its word; 0 means absent.
  struct Extras {
    var offCPU: UInt64 = 0
    var argument: UInt64 = 0
    var longDuration: UInt64 = 0
  }

  /// Appends a record with the prefix words it needs, or counts it as dropped.
  @inline(never)
  func appendGroup(_ word: RingWord, end: UInt64, class eventClass: Int, extras: Extras, thread: UInt64) {
    let needsTime = end >= area.pointee.epochEnd
    let words =
      1 &+ (needsTime ? 2 : 0) &+ (extras.offCPU != 0 ? 1 : 0) &+ (extras.argument != 0 ? 1 : 0)
      &+ (extras.longDuration != 0 ? 1 : 0)
    guard area.pointee.head <= area.pointee.tail &+ area.pointee.ringLimit else { return drop(eventClass) }
    let first = apus_trace_reserve(&area.pointee.head, UInt64(truncatingIfNeeded: words))
    var index = first &+ UInt64(truncatingIfNeeded: words)
    push(word, before: &index)
    if extras.longDuration != 0 { push(RingWord(prefix: .longDuration, payload: extras.longDuration), before: &index) }
    if extras.argument != 0 { push(RingWord(prefix: .argument, payload: extras.argument), before: &index) }
    if extras.offCPU != 0 { push(RingWord(prefix: .offCPU, payload: extras.offCPU), before: &index) }
    if needsTime {
      push(RingWord(prefix: .thread, payload: thread), before: &index)
      push(RingWord(prefix: .time, payload: end), before: &index)
      area.pointee.epochEnd = ((end >> Self.epochShift) &+ 1) << Self.epochShift
    }
  }

  /// Half of the range of a record's time bits: full time is written once in each, so the nearest reading is right.
  static var epochShift: UInt64 { RingWord.timeBits - 1 }

  private func push(_ word: RingWord, before index: inout UInt64) {
    index &-= 1
    apus_trace_store(area.pointee.ring + Int(truncatingIfNeeded: index & area.pointee.ringMask), word.bits)
  }

  // After a gap the reader must not guess: the next record brings time and thread.
  private func drop(_ eventClass: Int) {
    area.pointee.epochEnd = 0
    withUnsafeMutablePointer(to: &area.pointee.dropped) {
      $0.withMemoryRebound(to: UInt64.self, capacity: EventClass.count) { apus_trace_increment($0 + eventClass) }
    }
  }
}
