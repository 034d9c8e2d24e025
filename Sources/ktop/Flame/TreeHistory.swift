// The sums of the tree of spans at moments about 0.8 s apart, for a minute: what a stretch of time brought is what was
// there at its end without what was there at its beginning.

import TraceModel

struct TreeHistory: Sendable {
  private static let momentLimit = 80
  /// Nodes of all moments together.
  private static let sumLimit = 200_000
  private var moments: [(time: UInt64, sums: [SpanSums])] = []
  private var sumCount = 0
  /// What came before the first moment is known: it came since the stream began.
  private var isFromBeginning = true

  /// Looks at the tree, once a slice.
  mutating func update(_ session: Session) {
    if let last = moments.last, session.time >> RateHistory.shift == last.time >> RateHistory.shift { return }
    moments.append((session.time, SpanSums.of(session.tree.nodes)))
    sumCount += session.tree.nodes.count
    while moments.count > 2, moments.count > Self.momentLimit || sumCount > Self.sumLimit {
      sumCount -= moments.removeFirst().sums.count
      isFromBeginning = false
    }
  }

  /// What each node of a snapshot's tree got in a window that ends at its time, and since its mark.
  func sums(in window: TimeWindow, of snapshot: Snapshot) -> [SpanSums] {
    let now = SpanSums.of(snapshot.session?.tree.nodes ?? [])
    let mark = SpanSums.of(snapshot.marked?.session?.tree.nodes ?? [])
    var result = [SpanSums](repeating: SpanSums(), count: now.count)
    var before: [SpanSums]? = isFromBeginning ? [] : nil
    for moment in moments + [(snapshot.time, now)] {
      defer { before = moment.sums }
      let age = snapshot.nanoseconds(snapshot.time - min(snapshot.time, moment.time)) / 1e9
      let weight = window.weight(ofAge: age)
      guard weight > 0, let before else { continue }
      for index in result.indices where index < moment.sums.count {
        let then = before.at(index).larger(mark.at(index))
        result[index].add(moment.sums[index].since(then), weight: weight)
      }
    }
    return result
  }

  /// The time from which on all is known; nil: from the beginning.
  var start: UInt64? { isFromBeginning ? nil : moments.first?.time }
}

extension [SpanSums] {
  /// Nothing where there was no node yet.
  fileprivate func at(_ index: Int) -> SpanSums { index < count ? self[index] : SpanSums() }
}
