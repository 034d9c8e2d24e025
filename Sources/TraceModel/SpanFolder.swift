// Finds the nesting of spans again and sums them up in the tree.
//
// A thread may have run on several CPUs, whose frames arrive in any order, so events wait until the stream is
// `horizon` ticks past them. Then they are sorted by end; one that began before those that ended earlier holds them. A
// system call is never inside another, so with each system call everything before its end is settled; spans after the
// last one wait for the call they may belong to, up to `pendingLimit` of them. A thread that has ended makes no call any
// more: exit does not return, so its last spans would wait forever, and threads come without end.
import Tracer

struct SpanFolder: Sendable {
  static let pendingLimit = 4096

  private var queues: [SpanQueue] = []
  private var placeOf: [UInt64: Int] = [:]
  private var latest = 0

  /// Events waiting to be folded.
  var pendingCount: Int { queues.reduce(0) { $0 + $1.count } }

  mutating func add(_ event: TraceEvent) {
    withUnsafePointer(to: event) { add(UnsafeBufferPointer(start: $0, count: 1)) }
  }

  /// Takes events of one thread on one CPU.
  mutating func add(_ events: UnsafeBufferPointer<TraceEvent>) {
    guard let first = events.first else { return }
    let key = SpanQueue.key(first)
    if latest >= queues.count || queues[latest].key != key { latest = place(of: key) }
    queues[latest].append(events)
  }

  private mutating func place(of key: UInt64) -> Int {
    if let place = placeOf[key] { return place }
    placeOf[key] = queues.count
    queues.append(SpanQueue(key: key))
    return queues.count - 1
  }

  /// Folds what ended before `horizon` into the tree.
  /// - Parameters:
  ///   - everything: also what could still be enclosed.
  ///   - stale: threads of which nothing has come since are taken for ended.
  mutating func fold(
    into tree: inout SpanTree, before horizon: UInt64, everything: Bool = false, stale: UInt64 = 0,
    hasEnded: (UInt32) -> Bool = { _ in false }, name: (UInt32) -> String
  ) {
    queues.sort { $0.key < $1.key }
    var place = 0
    while place < queues.count {
      let thread = queues[place].thread
      let end = queues[place...].firstIndex { $0.thread != thread } ?? queues.count
      let isOver = hasEnded(thread) || queues[place..<end].allSatisfy { $0.lastEnd < stale }
      fold(place..<end, into: &tree, before: horizon, everything, isOver: isOver) { name(thread) }
      place = end
    }
    forgetIdleThreads()
  }

  // Folds one thread, whose queues these are.
  private mutating func fold(
    _ range: Range<Int>, into tree: inout SpanTree, before horizon: UInt64, _ everything: Bool, isOver: Bool,
    name: () -> String
  ) {
    for place in range { queues[place].sort() }
    var events = queues[range.lowerBound].prefix(before: horizon, everything)
    for place in range.dropFirst() {
      events = SpanQueue.merge(events, queues[place].prefix(before: horizon, everything))
    }
    let waiting = queues[range].reduce(0) { $0 + $1.count }
    let settled = everything || isOver ? events.count : Self.settled(events, waiting: waiting)
    guard settled > 0 else { return }
    let root = tree.child(of: nil, .thread(name()))
    events.withUnsafeBufferPointer { Self.fold(UnsafeBufferPointer(rebasing: $0[..<settled]), into: &tree, root: root) }
    remove(events.prefix(settled), from: range)
  }

  private mutating func remove(_ events: ArraySlice<TraceEvent>, from range: Range<Int>) {
    guard range.count > 1 else { return queues[range.lowerBound].remove(events.count) }
    for place in range {
      let key = queues[place].key
      queues[place].remove(events.reduce(0) { SpanQueue.key($1) == key ? $0 + 1 : $0 })
    }
  }

  // How many of the sorted events, which are past the horizon, nothing can enclose any more.
  private static func settled(_ events: ArraySlice<TraceEvent>, waiting: Int) -> Int {
    let settled = events.lastIndex { $0.symbol.isSystemCall }.map { $0 + 1 - events.startIndex } ?? 0
    return waiting - settled > pendingLimit ? events.count : settled
  }

  // Threads end; what is kept of them must not grow with their number.
  private mutating func forgetIdleThreads() {
    queues.removeAll { $0.count == 0 }
    placeOf.removeAll(keepingCapacity: true)
    for place in queues.indices { placeOf[queues[place].key] = place }
    latest = 0
  }

  // Walks backwards: by descending end, an enclosing event comes before what it encloses.
  private static func fold(_ events: UnsafeBufferPointer<TraceEvent>, into tree: inout SpanTree, root: Int) {
    withUnsafeTemporaryAllocation(of: Open.self, capacity: events.count + 1) { open in
      // Below all of them the thread, which nothing closes.
      open.initializeElement(at: 0, to: Open(start: 0, onCPU: 0, offCPU: 0, node: root))
      var depth = 0
      for index in events.indices.reversed() {
        let event = events[index]
        let (start, onCPU) = (event.start, event.onCPU)
        while depth > 0 && start < open[depth].start {
          close(open[depth], &tree)
          depth &-= 1
        }
        open[depth].childrenOnCPU &+= onCPU
        let node = tree.child(of: open[depth].node, event)
        depth &+= 1
        open.initializeElement(at: depth, to: Open(start: start, onCPU: onCPU, offCPU: event.offCPU, node: node))
      }
      while depth > 0 {
        close(open[depth], &tree)
        depth &-= 1
      }
    }
  }

  /// An event whose children are being looked for.
  private struct Open {
    var start: UInt64
    var onCPU: UInt64
    var offCPU: UInt64
    var node: Int
    var childrenOnCPU: UInt64 = 0
  }

  @inline(__always)
  private static func close(_ item: Open, _ tree: inout SpanTree) {
    let own = item.onCPU > item.childrenOnCPU ? item.onCPU - item.childrenOnCPU : 0
    tree.add(to: item.node, selfOnCPU: own, offCPU: item.offCPU)
  }
}
