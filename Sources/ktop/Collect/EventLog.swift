// The last events received, in the order of their arrival. Kept in chunks, so that a snapshot costs a chunk and no copy
// of everything.

import TraceModel

struct EventLog: Sendable {
  static let chunkSize = 4096
  static let chunkLimit = 16

  private var chunks: [[TraceEvent]] = [[]]

  mutating func append(_ event: TraceEvent) {
    let last = chunks.count - 1
    chunks[last].append(event)
    guard chunks[last].count == Self.chunkSize else { return }
    if chunks.count == Self.chunkLimit { chunks.removeFirst() }
    var next: [TraceEvent] = []
    next.reserveCapacity(Self.chunkSize)
    chunks.append(next)
  }

  var count: Int { (chunks.count - 1) * Self.chunkSize + chunks[chunks.count - 1].count }
  var isEmpty: Bool { chunks.count == 1 && chunks[0].isEmpty }

  func forEach(_ body: (TraceEvent) -> Void) { for chunk in chunks { chunk.forEach(body) } }

  /// The times between which events are known, ticks.
  var extent: (first: UInt64, last: UInt64)? {
    var extent: (UInt64, UInt64)?
    forEach { event in
      extent = extent.map { (min($0.0, event.start), max($0.1, event.end)) } ?? (event.start, event.end)
    }
    return extent
  }
}
