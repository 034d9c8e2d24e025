// The events of one thread on one CPU that wait to be folded, oldest first.
//
// They come in order of their ends, but for the nested inversions of interrupts, and leave from the front.
import Tracer

struct SpanQueue: Sendable {
  /// Thread and CPU.
  let key: UInt64
  private var events: [TraceEvent] = []
  /// Events before it have left.
  private var start = 0
  /// Events before it are in order.
  private var sorted = 0

  init(key: UInt64) { self.key = key }

  static func key(_ event: TraceEvent) -> UInt64 { UInt64(event.thread) << 8 | UInt64(event.cpu) }

  var thread: UInt32 { UInt32(truncatingIfNeeded: key >> 8) }
  var count: Int { events.count - start }

  /// The end of the event that came last.
  var lastEnd: UInt64 { events.last?.end ?? 0 }

  mutating func append(_ more: UnsafeBufferPointer<TraceEvent>) { events.append(contentsOf: more) }

  /// Brings those into order that have come since.
  mutating func sort() {
    let from = max(sorted, start + 1)
    let isSorted = events.withUnsafeBufferPointer { events in
      for index in from..<max(from, events.count) where events[index].end <= events[index &- 1].end {
        if Self.endsBefore(events[index], events[index &- 1]) { return false }
      }
      return true
    }
    if !isSorted { events[start...].sort(by: Self.endsBefore) }
    sorted = events.count
  }

  /// Those that ended before `horizon`, or all; `sort` came before.
  func prefix(before horizon: UInt64, _ everything: Bool) -> ArraySlice<TraceEvent> {
    if everything { return events[start...] }
    var (low, high) = (start, events.count)
    while low < high {
      let middle = (low + high) / 2
      if events[middle].end < horizon { low = middle + 1 } else { high = middle }
    }
    return events[start..<low]
  }

  /// Lets the first `count` go.
  mutating func remove(_ count: Int) {
    start += count
    // A copy of the model shares the events: it must not have its own only to let them go.
    if start == events.count {
      (events, start, sorted) = ([], 0, 0)
      return
    }
    guard start > events.count / 2 else { return }
    // Most threads leave a few: they do not need room for the many that there were.
    if (events.count - start) * 8 < events.capacity {
      events = Array(events[start...])
    } else {
      events.removeSubrange(..<start)
    }
    sorted -= start
    start = 0
  }

  // Of two that end together the longer, and of two alike the system call, encloses the other.
  private static func endsBefore(_ one: TraceEvent, _ other: TraceEvent) -> Bool {
    if one.end != other.end { return one.end < other.end }
    if one.duration != other.duration { return one.duration < other.duration }
    return one.symbol.rawValue < other.symbol.rawValue
  }

  /// Two sorted stretches as one.
  static func merge(_ one: ArraySlice<TraceEvent>, _ other: ArraySlice<TraceEvent>) -> ArraySlice<TraceEvent> {
    if one.isEmpty { return other }
    if other.isEmpty { return one }
    return [TraceEvent](unsafeUninitializedCapacity: one.count + other.count) { merged, count in
      one.withUnsafeBufferPointer { one in
        other.withUnsafeBufferPointer { other in merge(one, other, into: merged.baseAddress!) }
      }
      count = one.count + other.count
    }[...]
  }

  private static func merge(
    _ one: UnsafeBufferPointer<TraceEvent>, _ other: UnsafeBufferPointer<TraceEvent>,
    into merged: UnsafeMutablePointer<TraceEvent>
  ) {
    var (left, right) = (0, 0)
    while left < one.count && right < other.count {
      if endsBefore(other[right], one[left]) {
        (merged + left + right).initialize(to: other[right])
        right &+= 1
      } else {
        (merged + left + right).initialize(to: one[left])
        left &+= 1
      }
    }
    (merged + left + right).initialize(from: one.baseAddress! + left, count: one.count - left)
    (merged + one.count + right).initialize(from: other.baseAddress! + right, count: other.count - right)
  }
}
