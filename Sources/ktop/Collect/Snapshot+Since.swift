// What has changed since a mark: counts, latencies and sums of two snapshots, subtracted. What is of a moment (rates,
// who runs) stays as it is now.

import TraceModel

extension Snapshot {
  func since(_ mark: Snapshot) -> Snapshot {
    // Another boot has its own counts.
    guard boots == mark.boots else { return self }
    var change = self
    change.marked = MarkedMoment(model: mark.model)
    change.systemCalls = Self.since(systemCalls, mark.systemCalls)
    change.spans = Self.since(spans, mark.spans)
    change.locks = locks.compactMap { lock in
      mark.locks.first { $0.number == lock.number }.map { Self.since(lock, $0) } ?? lock
    }
    change.tree = tree
    for (index, node) in mark.tree.enumerated() where index < tree.count {
      change.tree[index].count &-= node.count
      change.tree[index].selfOnCPU &-= node.selfOnCPU
      change.tree[index].offCPU &-= node.offCPU
    }
    return change
  }

  private static func since(_ rows: [Latency], _ mark: [Latency]) -> [Latency] {
    let then = Dictionary(mark.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
    return rows.map { row in then[row.number].map { row.since($0) } ?? row }.filter { $0.count > 0 }
  }

  private static func since(_ lock: LockRow, _ then: LockRow) -> LockRow {
    guard lock.acquired >= then.acquired, lock.contended >= then.contended else { return lock }
    var change = lock
    change.acquired -= then.acquired
    change.contended -= then.contended
    change.waitSum -= then.waitSum
    return change
  }
}
