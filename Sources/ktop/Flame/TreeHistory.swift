// The sums of the tree of spans at moments about 0.8 s apart, for a minute: what the last seconds brought is what is
// there now without what was there then.

import TraceModel

struct TreeHistory: Sendable {
  private static let momentLimit = 80
  /// Nodes of all moments together.
  private static let sumLimit = 400_000
  private var moments: [(time: UInt64, sums: [SpanSums])] = []

  /// Looks at the tree, once a slice.
  mutating func update(_ session: Session) {
    if let last = moments.last, session.time >> RateHistory.shift == last.time >> RateHistory.shift { return }
    let tree = session.tree.nodes
    let off = FlameKind.own(tree, .spansOff)
    moments.append((session.time, zip(tree, off).map { SpanSums(onCPU: $0.selfOnCPU, offCPU: $1, count: $0.count) }))
    while moments.count > 2,
      moments.count > Self.momentLimit || moments.reduce(0, { $0 + $1.sums.count }) > Self.sumLimit
    { moments.removeFirst() }
  }

  /// The sums `seconds` before `time`: the last known then, or the first known at all.
  func values(_ seconds: Double, before time: UInt64, of snapshot: Snapshot) -> [SpanSums]? {
    guard let second = snapshot.ticksPerSecond else { return nil }
    let ticks = UInt64(seconds * Double(second))
    guard time > ticks else { return nil }
    return moments.last { $0.time <= time - ticks }?.sums
  }
}
