// What one CPU did, from its context switches: who runs, how long nobody did.

import TraceModel

struct CPUActivity: Sendable {
  var records: UInt64 = 0
  private(set) var switches: UInt64 = 0
  /// Ticks between switches, with a thread and with none.
  private(set) var busy: UInt64 = 0
  private(set) var idle: UInt64 = 0
  private(set) var running: UInt32?
  /// When the one that runs began to.
  private(set) var since: UInt64?
  /// Busy ticks and switches a slice.
  private(set) var history = Slices(width: 2)

  /// A switch to `next`: returns how long the one before ran, ticks.
  mutating func change(to next: UInt32, _ event: TraceEvent, _ clock: SliceClock) -> UInt64 {
    let began = since ?? event.end
    let ran = event.end > began ? event.end - began : 0
    records &+= 1
    switches &+= 1
    if event.thread == 0 { idle &+= ran } else { addBusy(from: began, to: event.end, clock) }
    history.add(1, slice: clock.slice(of: event.end), cell: 1)
    running = next
    since = event.end
    return ran
  }

  mutating func merge() { history.merge() }

  /// Busy ticks by slice with what runs now, oldest first.
  func busySeries(upTo slice: UInt64, count: Int, at time: UInt64, _ clock: SliceClock) -> [UInt64] {
    var copy = self
    if let running, running != 0, let since, time > since { copy.addBusy(from: since, to: time, clock) }
    return copy.history.series(upTo: slice, count: count)
  }

  private mutating func addBusy(from start: UInt64, to end: UInt64, _ clock: SliceClock) {
    guard end > start else { return }
    busy &+= end - start
    let last = clock.slice(of: end)
    var slice = max(clock.slice(of: start), last >= UInt64(SliceClock.count) ? last - UInt64(SliceClock.count) + 1 : 0)
    var from = max(start, slice << UInt64(clock.shift))
    while slice <= last {
      let until = min(end, (slice + 1) << UInt64(clock.shift))
      if until > from { history.add(until - from, slice: slice) }
      from = until
      slice += 1
    }
  }
}
