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
  /// The shortest record has 12 bits, and a frame at most `Deframer.pieceLimit` bytes.
  private static let recordLimit = Deframer.pieceLimit * 8 / 12 + 1

  var cpu: UInt8 = 0
  /// Cumulative index of the first record on this CPU.
  var index: UInt64 = 0
  var dropped: UInt64 = 0
  /// The records are the first `count` of `places`.
  private(set) var count = 0
  private var places: [TraceEvent] = []

  var events: ArraySlice<TraceEvent> { places[..<count] }

  /// Calls `body` with the records.
  func withEvents(_ body: (UnsafeBufferPointer<TraceEvent>) -> Void) {
    places.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<count])) }
  }

  /// Reads a frame after its first byte; false when it is malformed.
  mutating func read(_ reader: inout FrameReader) -> Bool {
    guard let cpu = reader.byte(), let index = reader.varint(), let dropped = reader.varint(),
      let thread = reader.varint(), thread <= UInt64(UInt32.max), let time = reader.varint()
    else { return false }
    self.cpu = cpu
    self.index = index
    self.dropped = dropped
    let first = TraceEvent(
      symbol: .time, cpu: cpu, errno: 0, thread: UInt32(thread), end: time, duration: 0, offCPU: 0, argument: 0)
    if places.isEmpty { places = Array(repeating: first, count: Self.recordLimit) }
    let rest = reader.rest
    let read = places.withUnsafeMutableBufferPointer { places in
      withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 16) { symbols in
        RecordReader(bits: BitReader(rest), event: first, symbols: symbols.baseAddress!).read(into: places)
      }
    }
    count = read ?? 0
    return read != nil
  }
}

/// Reads the records behind the header of a frame, one after the other.
private struct RecordReader {
  var bits: BitReader
  /// The record before, and the thread that runs.
  var event: TraceEvent
  let symbols: UnsafeMutablePointer<UInt16>
  var symbolCount = 0

  /// Returns how many there are; nil when the frame is malformed. Fewer than 12 bits are the padding of the last byte.
  consuming func read(into places: UnsafeMutableBufferPointer<TraceEvent>) -> Int? {
    var count = 0
    while bits.remaining >= 12 {
      bits.refill()
      guard let code = symbol(), let delta = bits.number() else { return nil }
      event.symbol = Symbol(rawValue: code >> 3)
      if event.symbol == .time {
        event.end = event.end &- delta
        continue
      }
      event.end = event.end &+ delta
      guard readBody(flags: code & 7), count < places.count else { return nil }
      places[count] = event
      count &+= 1
      if event.symbol == .contextSwitch { event.thread = UInt32(truncatingIfNeeded: event.argument) }
    }
    return bits.isOverrun ? nil : count
  }

  @inline(__always)
  private mutating func symbol() -> UInt16? {
    let index = Int(bits.ready(4))
    if index < 15 { return index < symbolCount ? symbols[index] : nil }
    let code = UInt16(bits.ready(13))
    if symbolCount < 15 {
      symbols[symbolCount] = code
      symbolCount &+= 1
    }
    return code
  }

  @inline(__always)
  private mutating func readBody(flags: UInt16) -> Bool {
    guard let number = bits.number() else { return false }
    event.errno = 0
    event.argument = 0
    event.offCPU = 0
    if event.symbol == .contextSwitch {
      event.duration = 0
      event.argument = number
      return number <= UInt64(UInt32.max)
    }
    event.duration = number
    guard event.symbol.isSystemCall || event.symbol.isSpan else { return false }
    return flags == 0 || readAnnounced(flags)
  }

  @inline(never)
  private mutating func readAnnounced(_ flags: UInt16) -> Bool {
    bits.refill()
    if flags & 1 != 0 { event.errno = UInt8(bits.ready(8)) }
    if flags & 2 != 0 {
      guard let argument = bits.number() else { return false }
      event.argument = argument
      bits.refill()
    }
    if flags & 4 != 0 {
      guard let offCPU = bits.number() else { return false }
      event.offCPU = offCPU
    }
    return true
  }
}
