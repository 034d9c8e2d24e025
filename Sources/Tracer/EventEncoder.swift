// Takes records out of one CPU's ring and packs them into an EVENTS frame.
//
//   head │ cpu │ index of first record │ dropped so far │ thread │ base time │ records, bit-packed
//
// A record is a symbol, the time since the previous record's end, and the duration. Symbols are numbered in order of
// first appearance in the frame: 4 bits, where 15 introduces a new one of 13 bits (10 of symbol, 3 that say which of
// errno, argument and off-CPU time follow). Frames share nothing, so losing one loses only itself.
//
// Only the drain calls this; words are zeroed before `tail` moves, as the ring's protocol wants.
import CMachine

/// What the drain remembers of one CPU.
struct CPUProgress {
  var trace: CPUTrace
  var locks: apus_lock_counters
  /// Records put into frames since boot: the cumulative record index.
  var index: UInt64
  /// Full time (ticks) and thread after the last record taken.
  var time: UInt64
  var thread: UInt64
  /// TSC when the ring was first seen with less than a frame's worth, 0 when empty.
  var waitingSince: UInt64
  /// The flight recorder's: positions in the ring up to which records have been looked at, and may be sent; the time and
  /// thread there; and records that were given up.
  var scanned: UInt64 = 0
  var sendLimit = UInt64.max
  var scanTime: UInt64 = 0
  var scanThread: UInt64 = 0
  var discarded: UInt64 = 0

  var pendingWords: UInt64 { trace.area.pointee.head &- trace.area.pointee.tail }

  var dropped: UInt64 {
    let all = trace.area.pointee.dropped
    return all.0 &+ all.1 &+ all.2 &+ all.3 &+ all.4 &+ all.5 &+ all.6 &+ all.7 &+ discarded
  }
}

/// One record with the prefix words that belong to it.
struct RecordGroup {
  var record = RingWord(bits: 0)
  var words: UInt64 = 0
  var time: UInt64 = 0
  var thread: UInt64?
  var offCPU: UInt64 = 0
  var argument: UInt64 = 0
  var duration: UInt64 = 0
}

struct EventEncoder {
  /// Symbols seen in this frame: at most 15.
  let symbols: UnsafeMutablePointer<UInt16>
  var symbolCount = 0

  /// Fills `frame` with as many records of `cpu` as fit and takes them from the ring; false when there were none.
  mutating func fill(_ frame: inout FrameWriter, from cpu: inout CPUProgress, number: UInt8, tag: UInt8) -> Bool {
    var taken: UInt64 = 0
    var records: UInt64 = 0
    symbolCount = 0
    while cpu.trace.area.pointee.tail &+ taken < cpu.sendLimit,
      let group = Self.group(cpu, at: cpu.trace.area.pointee.tail &+ taken, time: cpu.time)
    {
      if records == 0 {
        if let thread = group.thread { cpu.thread = thread }
        cpu.time = group.time
        frame.eventHead(cpu, number: number, tag: tag)
      } else if let thread = group.thread, thread != cpu.thread {
        break  // After a gap in the ring only a new frame can name the thread.
      }
      let mark = frame.mark
      let symbolsBefore = symbolCount
      encode(group, since: cpu.time, into: &frame)
      if frame.overflowed {
        frame.rollBack(to: mark)
        symbolCount = symbolsBefore
        break
      }
      cpu.time = group.time
      if group.record.symbol == .contextSwitch { cpu.thread = group.record.tid }
      records &+= 1
      taken &+= group.words
    }
    guard records > 0 else { return false }
    frame.endBits()
    cpu.index &+= records
    Self.release(taken, of: cpu.trace)
    return true
  }

  private mutating func encode(_ group: RecordGroup, since time: UInt64, into frame: inout FrameWriter) {
    var before = time
    if group.time < time {
      // A record of an interrupt that came between another's clock reading and its reservation.
      encode(Symbol.time, flags: 0, into: &frame)
      frame.bitNumber(time &- group.time)
      before = group.time
    }
    let isSwitch = group.record.symbol == .contextSwitch
    let hasErrno = group.record.symbol.isSystemCall && group.record.small != 0
    let argument = group.record.symbol.isSpan && group.argument == 0 ? group.record.small : group.argument
    encode(
      group.record.symbol,
      flags: isSwitch ? 0 : (hasErrno ? 1 : 0) | (argument != 0 ? 2 : 0) | (group.offCPU != 0 ? 4 : 0), into: &frame)
    frame.bitNumber(group.time &- before)
    guard !isSwitch else { return frame.bitNumber(group.record.tid) }
    frame.bitNumber(group.duration)
    if hasErrno { frame.bitField(group.record.small, width: 8) }
    if argument != 0 { frame.bitNumber(argument) }
    if group.offCPU != 0 { frame.bitNumber(group.offCPU) }
  }

  private mutating func encode(_ symbol: Symbol, flags: UInt16, into frame: inout FrameWriter) {
    let code = symbol.rawValue << 3 | flags
    for index in 0..<symbolCount where symbols[index] == code {
      return frame.bitField(UInt64(truncatingIfNeeded: index), width: 4)
    }
    frame.bitField(15, width: 4)
    frame.bitField(UInt64(code), width: 13)
    guard symbolCount < 15 else { return }
    symbols[symbolCount] = code
    symbolCount &+= 1
  }

  /// The group that begins at `position`, or nil when it is not there yet. `time` is the full time before it.
  static func group(_ cpu: CPUProgress, at position: UInt64, time: UInt64) -> RecordGroup? {
    let area = cpu.trace.area
    var group = RecordGroup()
    var fullTime = time
    var longDuration: UInt64?
    while true {
      let index = (position &+ group.words) & area.pointee.ringMask
      let word = RingWord(bits: apus_trace_load(area.pointee.ring + Int(truncatingIfNeeded: index)))
      guard word.bits != 0 else { return nil }
      group.words &+= 1
      switch word.symbol {
      case .time: fullTime = word.payload
      case .thread: group.thread = word.payload
      case .offCPU: group.offCPU = word.payload
      case .argument: group.argument = word.payload
      case .longDuration: longDuration = word.payload
      default:
        group.record = word
        group.duration = longDuration ?? word.duration
        group.time = nearest(to: fullTime, low: word.time)
        return group
      }
    }
  }

  /// The full time with these low bits that is nearest to `time`.
  static func nearest(to time: UInt64, low: UInt64) -> UInt64 {
    let range = RingWord.timeMask &+ 1
    let candidate = time & ~RingWord.timeMask | low
    if candidate > time, candidate &- time > range / 2, candidate >= range { return candidate &- range }
    if candidate < time, time &- candidate > range / 2 { return candidate &+ range }
    return candidate
  }

  static func release(_ words: UInt64, of trace: CPUTrace) {
    let tail = trace.area.pointee.tail
    for offset in 0..<words {
      trace.area.pointee.ring[Int(truncatingIfNeeded: (tail &+ offset) & trace.area.pointee.ringMask)] = 0
    }
    trace.area.pointee.tail = tail &+ words
    trace.limitHead()
  }
}

extension FrameWriter {
  fileprivate mutating func eventHead(_ cpu: CPUProgress, number: UInt8, tag: UInt8) {
    byte(Frame.head(.events, tag: tag))
    byte(number)
    varint(cpu.index)
    varint(cpu.dropped)
    varint(cpu.thread)
    varint(cpu.time)
  }
}
