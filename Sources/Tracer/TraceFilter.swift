// What is wanted of what the keys let through: rows, and one process with those it makes.
//
// One for all CPUs, in the drain's memory. The drain writes it, probes of every CPU read it; a probe that runs
// meanwhile may go by the old or the new one. While something is filtered every record takes the way of unusual ones,
// where the filter is asked, so that it costs nothing while nothing is. Context switches are always recorded: they tell
// which thread the records after them are of. Counters of locks go on too.
import CMachine

/// Whose records are wanted.
public struct ProcessFilter: Sendable, Equatable {
  /// 0: everybody's.
  public var pid: UInt32
  /// And of the processes that it makes from now on, and those that they make.
  public var withChildren: Bool

  public init(pid: UInt32, withChildren: Bool = false) {
    self.pid = pid
    self.withChildren = withChildren
  }
}

/// Rows to turn on or off: `count` from `first` on.
public struct RowRange: Sendable, Equatable {
  public var first: UInt32
  public var count: UInt32

  public init(first: UInt32, count: UInt32) {
    self.first = first
    self.count = count
  }

  public static var all: RowRange { RowRange(first: 0, count: UInt32(RowIndex.count)) }

  /// Calls `body` for each part of a list such as `0-1,39`; parts that are none are left out.
  public static func forEach(in words: UnsafeRawBufferPointer, _ body: (RowRange) -> Void) {
    var part = RowPart()
    for byte in words {
      if byte == 0x2c {
        if let range = part.range { body(range) }
        part = RowPart()
      } else {
        part.take(byte)
      }
    }
    if let range = part.range { body(range) }
  }
}

// `N` or `N-M`, as far as it has been read.
private struct RowPart {
  private var first: UInt32?
  private var number: UInt32 = 0
  private var digits = 0
  private var isBad = false

  mutating func take(_ byte: UInt8) {
    if byte >= 0x30, byte <= 0x39, digits < 5 {
      number = number * 10 + UInt32(byte - 0x30)
      digits += 1
    } else if byte == 0x2d, digits > 0, first == nil {
      (first, number, digits) = (number, 0, 0)
    } else {
      isBad = true
    }
  }

  var range: RowRange? {
    let start = first ?? number
    guard !isBad, digits > 0, start <= number else { return nil }
    return RowRange(first: start, count: number - start + 1)
  }
}

/// What becomes of rows; the numbers are the wire's.
public enum RowSwitch: UInt8, Sendable {
  case off = 0
  case on = 1
  /// On, and all others off.
  case only = 2
}

struct TraceFilter {
  private(set) var process = ProcessFilter(pid: 0)
  /// Differs from one process filter to the next; never 0.
  private(set) var serial: UInt32 = 1
  /// A bit a row, set when it is off.
  private var off = InlineArray<12, UInt64>(repeating: 0)
  private var offCount = 0

  var isOn: Bool { process.pid != 0 || offCount != 0 }

  mutating func set(_ process: ProcessFilter) {
    serial = serial == UInt32.max ? 1 : serial &+ 1
    self.process = process
  }

  mutating func set(_ range: RowRange, _ change: RowSwitch) {
    if change == .only { set(.all, on: false) }
    set(range, on: change != .off)
  }

  private mutating func set(_ range: RowRange, on isOn: Bool) {
    var row = range.first
    let end = range.first &+ (range.count < 1024 ? range.count : 1024)
    while row < end, row < RowIndex.count {
      if isOff(Int(truncatingIfNeeded: row)) == isOn {
        off[Int(truncatingIfNeeded: row >> 6)] ^= 1 << UInt64(row & 63)
        offCount += isOn ? -1 : 1
      }
      row += 1
    }
  }

  @inline(__always)
  func isOff(_ row: Int) -> Bool { off[row &>> 6] >> UInt64(truncatingIfNeeded: row & 63) & 1 != 0 }

  @inline(__always)
  func admits(_ thread: UnsafePointer<ThreadTrace>) -> Bool {
    process.pid == 0 || thread.pointee.pid == process.pid || thread.pointee.follows == serial
  }

  /// A thread made by `parent` is wanted when that is.
  func inherit(_ thread: UnsafeMutablePointer<ThreadTrace>, from parent: UnsafePointer<ThreadTrace>) {
    thread.pointee.follows = process.pid != 0 && process.withChildren && admits(parent) ? serial : 0
  }
}

extension CPUTrace {
  /// Whether anything is wanted of a thread.
  @inline(__always)
  public func admits(_ thread: UnsafePointer<ThreadTrace>) -> Bool {
    guard let filter = area.pointee.filter else { return true }
    return filter.pointee.admits(thread)
  }

  /// Interrupts are nobody's.
  public var admitsInterrupts: Bool { area.pointee.filter.map { $0.pointee.process.pid == 0 } ?? true }

  @inline(__always)
  func admits(row: Int) -> Bool {
    guard let filter = area.pointee.filter else { return true }
    return !filter.pointee.isOff(row)
  }

  /// Whether it may be that something is not wanted.
  @inline(__always)
  public var isFiltered: Bool { area.pointee.filter != nil }

  /// Whether facts about locks of a class are wanted.
  @inline(__always)
  public func admits(lockClass: UInt32) -> Bool { admits(row: RowIndex.lockWait(lockClass)) }

  /// A new thread, made by `parent`, is going to run.
  public func inherit(_ thread: UnsafeMutablePointer<ThreadTrace>, from parent: UnsafePointer<ThreadTrace>) {
    area.pointee.filter?.pointee.inherit(thread, from: parent)
  }

  /// The drain's.
  func setFilter(_ filter: UnsafeMutablePointer<TraceFilter>?) {
    area.pointee.filter = filter
    limitHead()
  }

  /// Up to where records go the short way. The drain's.
  func limitHead() {
    let limit = area.pointee.filter == nil ? area.pointee.tail &+ area.pointee.ringLimit : 0
    apus_trace_store(&area.pointee.headLimit, limit)
  }
}
