// How often each row was counted, by stretches of about 0.8 s: from the kernel's counters, so true whatever was lost.

import TraceModel

struct RateHistory: Sendable {
  /// Ticks of some 6 ns a slice, as a power of two.
  static let shift: UInt64 = 27

  /// What is counted: a system call, a span, a lock class.
  enum Row: Hashable, Sendable { case systemCall(Int), span(Int), lock(Int) }

  private var last: [Row: UInt64] = [:]
  private(set) var slices: [Row: Slices] = [:]
  /// The slice of the last look.
  private(set) var slice: UInt64 = 0
  private(set) var slicesSeen = 0

  /// Looks at the counters, once a slice; `Session.time` is the clock.
  mutating func update(_ session: Session) {
    let now = session.time >> Self.shift
    guard now != slice else { return }
    slice = now
    slicesSeen += 1
    for (number, counter) in session.systemCalls { note(.systemCall(number), counter.count) }
    for (number, counter) in session.spans { note(.span(number), counter.count) }
    for (number, lock) in session.locks { note(.lock(number), lock.acquired) }
  }

  func series(_ row: Row, count: Int) -> [UInt64] {
    slices[row]?.series(upTo: slice, count: count) ?? Array(repeating: 0, count: count)
  }

  private mutating func note(_ row: Row, _ count: UInt64) {
    defer { last[row] = count }
    // What was counted before the first look did not happen in one slice; a smaller count is a reset.
    guard let before = last[row], count > before else { return }
    slices[row, default: Slices()].add(count - before, slice: slice)
  }
}
