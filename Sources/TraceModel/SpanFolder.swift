// Finds the nesting of spans again and sums them up in the tree.
//
// A thread may have run on several CPUs, whose frames arrive in any order, so events wait until the stream is
// `horizon` ticks past them. Then they are sorted by end; one that began before those that ended earlier holds them. A
// system call is never inside another, so with each system call everything before its end is settled; spans after the
// last one wait for the call they may belong to, up to `pendingLimit` of them.
import Tracer

struct SpanFolder: Sendable {
  static let pendingLimit = 4096

  private var pending: [UInt32: [TraceEvent]] = [:]

  /// Events waiting to be folded.
  var pendingCount: Int { pending.values.reduce(0) { $0 + $1.count } }

  mutating func add(_ event: TraceEvent) { pending[event.thread, default: []].append(event) }

  /// Folds what ended before `horizon` into the tree; `everything` also what could still be enclosed.
  mutating func fold(
    into tree: inout SpanTree, before horizon: UInt64, everything: Bool = false, name: (UInt32) -> String
  ) {
    for thread in pending.keys.sorted() {
      guard var events = pending[thread] else { continue }
      events.sort(by: Self.endsBefore)
      let settled = everything ? events.count : Self.settled(events, before: horizon)
      guard settled > 0 else { continue }
      let root = tree.child(of: nil, .thread(name(thread)))
      Self.fold(events[..<settled], into: &tree, root: root)
      pending[thread] = settled == events.count ? nil : Array(events[settled...])
    }
  }

  // Of two that end together the longer, and of two alike the system call, encloses the other.
  private static func endsBefore(_ one: TraceEvent, _ other: TraceEvent) -> Bool {
    if one.end != other.end { return one.end < other.end }
    if one.duration != other.duration { return one.duration < other.duration }
    return one.symbol.rawValue < other.symbol.rawValue
  }

  private static func settled(_ events: [TraceEvent], before horizon: UInt64) -> Int {
    let past = events.firstIndex { $0.end >= horizon } ?? events.count
    let settled = events[..<past].lastIndex { $0.symbol.isSystemCall }.map { $0 + 1 } ?? 0
    return events.count - settled > pendingLimit ? past : settled
  }

  // Walks backwards: by descending end, an enclosing event comes before what it encloses.
  private static func fold(_ events: ArraySlice<TraceEvent>, into tree: inout SpanTree, root: Int) {
    var open: [(event: TraceEvent, node: Int, childrenOnCPU: UInt64)] = []
    for event in events.reversed() {
      while let top = open.last, event.start < top.event.start { close(open.removeLast(), &tree) }
      if !open.isEmpty { open[open.count - 1].childrenOnCPU &+= event.onCPU }
      open.append((event, tree.child(of: open.last?.node ?? root, SpanTree.Label(event)), 0))
    }
    while let last = open.popLast() { close(last, &tree) }
  }

  private static func close(_ item: (event: TraceEvent, node: Int, childrenOnCPU: UInt64), _ tree: inout SpanTree) {
    let onCPU = item.event.onCPU
    let own = onCPU > item.childrenOnCPU ? onCPU - item.childrenOnCPU : 0
    tree.add(to: item.node, selfOnCPU: own, offCPU: item.event.offCPU)
  }
}
