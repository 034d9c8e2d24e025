// Counters of one lock class over all CPUs, cumulative.

public struct LockCounter: Sendable, Equatable {
  public internal(set) var acquired: UInt64 = 0
  public internal(set) var contended: UInt64 = 0
  /// Time spent waiting, and the longest wait, TSC ticks.
  public internal(set) var waitSum: UInt64 = 0
  public internal(set) var waitMax: UInt64 = 0
  private var latest: (time: UInt64, acquired: UInt64)?
  private var previous: (time: UInt64, acquired: UInt64)?

  /// Acquisitions per tick between the last two snapshots; 0 when the last is older than `staleAfter` ticks at `now`.
  public func rate(now: UInt64, staleAfter: UInt64) -> Double {
    guard let latest, let previous, latest.time > previous.time else { return 0 }
    guard now < latest.time &+ staleAfter, latest.acquired >= previous.acquired else { return 0 }
    return Double(latest.acquired - previous.acquired) / Double(latest.time - previous.time)
  }

  mutating func update(_ row: LocksRow, time: UInt64) {
    acquired = row.acquired
    contended = row.contended
    waitSum = row.waitSum
    waitMax = row.waitMax
    if let latest, latest.time < time { previous = latest }
    latest = (time, row.acquired)
  }

  public static func == (one: LockCounter, other: LockCounter) -> Bool {
    one.acquired == other.acquired && one.contended == other.contended && one.waitSum == other.waitSum
      && one.waitMax == other.waitMax
  }
}

/// A row of a LOCKS frame.
struct LocksRow {
  var lockClass: Int
  var acquired: UInt64
  var contended: UInt64
  var waitSum: UInt64
  var waitMax: UInt64

  init?(_ reader: inout FrameReader) {
    guard let lockClass = reader.varint(), lockClass < 256, let acquired = reader.varint(),
      let contended = reader.varint(), let waitSum = reader.varint(), let waitMax = reader.varint()
    else { return nil }
    self.lockClass = Int(lockClass)
    self.acquired = acquired
    self.contended = contended
    self.waitSum = waitSum
    self.waitMax = waitMax
  }
}
