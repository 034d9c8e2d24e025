// A node's own sums: at some moment, or of a stretch of time.

import TraceModel

struct SpanSums: Sendable {
  var onCPU: UInt64 = 0
  var offCPU: UInt64 = 0
  var count: UInt64 = 0

  func value(_ kind: FlameKind) -> UInt64 {
    switch kind {
    case .calls: return count
    case .spansOff: return offCPU
    default: return onCPU
    }
  }

  /// Those of every node of a tree.
  static func of(_ tree: [SpanTree.Node]) -> [SpanSums] {
    zip(tree, FlameKind.own(tree, .spansOff)).map { SpanSums(onCPU: $0.selfOnCPU, offCPU: $1, count: $0.count) }
  }

  /// Without what was there before; sums only grow.
  func since(_ earlier: SpanSums) -> SpanSums {
    SpanSums(
      onCPU: onCPU - min(onCPU, earlier.onCPU), offCPU: offCPU - min(offCPU, earlier.offCPU),
      count: count - min(count, earlier.count))
  }

  func larger(_ other: SpanSums) -> SpanSums {
    SpanSums(onCPU: max(onCPU, other.onCPU), offCPU: max(offCPU, other.offCPU), count: max(count, other.count))
  }

  mutating func add(_ other: SpanSums, weight: Double) {
    func part(_ value: UInt64) -> UInt64 { weight == 1 ? value : UInt64(Double(value) * weight) }
    onCPU &+= part(other.onCPU)
    offCPU &+= part(other.offCPU)
    count &+= part(other.count)
  }
}
