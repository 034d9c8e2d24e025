// What became of every record: emitted = received + dropped at source + lost on the wire, exactly, per CPU.
//
// Each EVENTS frame carries the cumulative index of its first record and each LOSS frame the index of the next, so a
// gap is a loss and an index below the expected one a duplicate. A reader that came late begins its account at the
// first index it saw.

/// The account of one CPU or the sum over all.
public struct Losses: Sendable, Equatable {
  public var received: UInt64 = 0
  /// Dropped in the kernel because the ring was full.
  public var droppedSource: UInt64 = 0
  /// Sent but never received whole.
  public var lostWire: UInt64 = 0

  public init(received: UInt64 = 0, droppedSource: UInt64 = 0, lostWire: UInt64 = 0) {
    self.received = received
    self.droppedSource = droppedSource
    self.lostWire = lostWire
  }

  public var emitted: UInt64 { received &+ droppedSource &+ lostWire }

  static func + (one: Losses, other: Losses) -> Losses {
    Losses(
      received: one.received &+ other.received, droppedSource: one.droppedSource &+ other.droppedSource,
      lostWire: one.lostWire &+ other.lostWire)
  }
}

/// One CPU's account in the making.
public struct CPUAccount: Sendable {
  public private(set) var received: UInt64 = 0
  /// Dropped so far by event class (key id), since boot.
  public internal(set) var droppedByClass: [UInt64] = []
  /// Words waiting in the kernel's ring at the last report.
  public internal(set) var pendingWords: UInt64 = 0
  /// Frames whose records had been received before.
  public private(set) var duplicateFrames: UInt64 = 0

  private var next: UInt64 = 0
  private var dropped: UInt64 = 0
  private var firstIndex: UInt64?
  private var firstDropped: UInt64 = 0
  private var base: UInt64 = 0
  private var baseDropped: UInt64 = 0

  public var losses: Losses {
    let sent = next &- base
    return Losses(
      received: received, droppedSource: dropped &- baseDropped, lostWire: sent > received ? sent &- received : 0)
  }

  /// Takes note of an EVENTS frame; false when it is a duplicate, whose records must be ignored.
  mutating func receive(index: UInt64, records: Int, dropped: UInt64) -> Bool {
    remember(index, dropped)
    guard index >= next else {
      duplicateFrames &+= 1
      return false
    }
    received &+= UInt64(records)
    next = index &+ UInt64(records)
    self.dropped = max(self.dropped, dropped)
    return true
  }

  /// Takes note of a LOSS frame: `index` records had been sent.
  mutating func report(index: UInt64, dropped: UInt64) {
    remember(index, dropped)
    next = max(next, index)
    self.dropped = max(self.dropped, dropped)
  }

  /// Forgets what was sent before this reader came.
  mutating func beginAtFirstSeen() {
    base = firstIndex ?? next
    baseDropped = firstDropped
  }

  private mutating func remember(_ index: UInt64, _ dropped: UInt64) {
    guard firstIndex == nil else { return }
    firstIndex = index
    firstDropped = dropped
  }
}
