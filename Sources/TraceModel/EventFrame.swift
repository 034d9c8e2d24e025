// The records of one EVENTS frame.
import Tracer

/// Something that happened on a CPU. Times are ticks (`TSC >> tickShift`).
public struct TraceEvent: Sendable, Equatable {
  public var symbol: Symbol
  public var cpu: UInt8
  /// 0 when the operation succeeded, or is no system call.
  public var errno: UInt8
  /// The thread it happened on; for a context switch the one that left.
  public var thread: UInt32
  public var end: UInt64
  public var duration: UInt64
  /// How much of the duration the thread was switched out.
  public var offCPU: UInt64
  /// The argument of a span, the number of a large system call, the tid a context switch went to.
  public var argument: UInt64

  public var start: UInt64 { end &- duration }
  /// The time the CPU worked for it.
  public var onCPU: UInt64 { duration > offCPU ? duration - offCPU : 0 }
}

/// Header and records of a frame; kept between frames so that its memory is used again.
struct EventFrame: Sendable {
  var cpu: UInt8 = 0
  /// Cumulative index of the first record on this CPU.
  var index: UInt64 = 0
  var dropped: UInt64 = 0
  var events: [TraceEvent] = []
  private var symbols: [UInt16] = []

  /// Reads a frame after its first byte; false when it is malformed.
  mutating func read(_ reader: inout FrameReader) -> Bool {
    events.removeAll(keepingCapacity: true)
    symbols.removeAll(keepingCapacity: true)
    guard let cpu = reader.byte(), let index = reader.varint(), let dropped = reader.varint(),
      let thread = reader.varint(), thread <= UInt64(UInt32.max), let time = reader.varint()
    else { return false }
    self.cpu = cpu
    self.index = index
    self.dropped = dropped
    return readRecords(BitReader(reader.rest), thread: UInt32(thread), time: time)
  }

  // The shortest record has 12 bits; fewer are the padding of the last byte.
  private mutating func readRecords(_ bits: BitReader, thread: UInt32, time: UInt64) -> Bool {
    var bits = bits
    var event = TraceEvent(
      symbol: .time, cpu: cpu, errno: 0, thread: thread, end: time, duration: 0, offCPU: 0, argument: 0)
    while bits.remaining >= 12 {
      guard let code = symbol(&bits), let delta = bits.number() else { return false }
      event.symbol = Symbol(rawValue: code >> 3)
      if event.symbol == .time {
        event.end = event.end &- delta
        continue
      }
      event.end = event.end &+ delta
      guard readBody(of: &event, flags: code & 7, &bits) else { return false }
      events.append(event)
      if event.symbol == .contextSwitch { event.thread = UInt32(event.argument) }
    }
    return true
  }

  private mutating func symbol(_ bits: inout BitReader) -> UInt16? {
    guard let index = bits.bits(4) else { return nil }
    if index < 15 { return Int(index) < symbols.count ? symbols[Int(index)] : nil }
    guard let code = bits.bits(13).map({ UInt16($0) }) else { return nil }
    if symbols.count < 15 { symbols.append(code) }
    return code
  }

  private func readBody(of event: inout TraceEvent, flags: UInt16, _ bits: inout BitReader) -> Bool {
    event.duration = 0
    event.errno = 0
    event.argument = 0
    event.offCPU = 0
    if event.symbol == .contextSwitch {
      guard let tid = bits.number(), tid <= UInt64(UInt32.max) else { return false }
      event.argument = tid
      return true
    }
    guard event.symbol.isSystemCall || event.symbol.isSpan, let duration = bits.number() else { return false }
    event.duration = duration
    if flags & 1 != 0 {
      guard let errno = bits.bits(8) else { return false }
      event.errno = UInt8(errno)
    }
    if flags & 2 != 0 {
      guard let argument = bits.number() else { return false }
      event.argument = argument
    }
    if flags & 4 != 0 {
      guard let offCPU = bits.number() else { return false }
      event.offCPU = offCPU
    }
    return true
  }
}
