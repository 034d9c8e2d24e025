// The tables of all CPUs read as one: sums of counters, extremes of extremes.
import CMachine

struct AggregateSource {
  let cpus: UnsafeMutablePointer<CPUProgress>
  let count: Int

  /// The generation that every CPU has reached: cleared tables are announced only when all are cleared.
  var generation: UInt64 {
    var lowest = UInt64.max
    for cpu in 0..<count { lowest = Swift.min(lowest, apus_trace_load(&cpus[cpu].trace.area.pointee.resetDone)) }
    return count == 0 ? 0 : lowest
  }

  /// A row over all CPUs, without its block.
  func row(_ index: Int) -> Row {
    var sum = Row.empty(0)
    for cpu in 0..<count {
      let row = cpus[cpu].trace.area.pointee.rows + index
      sum.count &+= row.pointee.count
      sum.sum &+= row.pointee.sum
      if row.pointee.min < sum.min { sum.min = row.pointee.min }
      if row.pointee.max > sum.max { sum.max = row.pointee.max }
      sum.errors &+= row.pointee.errors
      sum.unimplemented &+= row.pointee.unimplemented
    }
    return sum
  }

  /// Grows with every entry of the row's histogram, or of its errnos.
  func stamp(_ index: Int, errors isErrors: Bool) -> UInt64 {
    if index != RowIndex.other { return isErrors ? errors(index) : occurrences(index) }
    // Rows without a block of their own count here too.
    var sum: UInt64 = 0
    let first = isErrors ? Histogram.bucketCount : 0
    for cell in first..<(isErrors ? CPUArea.blockWords : Histogram.bucketCount) { sum &+= self.cell(index, cell) }
    return sum
  }

  func occurrences(_ index: Int) -> UInt64 {
    var sum: UInt64 = 0
    for cpu in 0..<count { sum &+= cpus[cpu].trace.area.pointee.rows[index].count }
    return sum
  }

  func errors(_ index: Int) -> UInt64 {
    var sum: UInt64 = 0
    for cpu in 0..<count { sum &+= cpus[cpu].trace.area.pointee.rows[index].errors }
    return sum
  }

  /// One word of a row's block: a bucket, or past the buckets an errno. A block that rows share counts for row `other`.
  func cell(_ index: Int, _ cell: Int) -> UInt64 {
    var sum: UInt64 = 0
    for cpu in 0..<count {
      let area = cpus[cpu].trace.area
      guard let block = area.pointee.rows[index].block else { continue }
      if block == area.pointee.blocks && index != RowIndex.other { continue }
      sum &+= block[cell]
    }
    return sum
  }

  /// Acquired, contended, wait sum and longest wait of a lock class.
  func lock(_ index: Int) -> (acquired: UInt64, contended: UInt64, waitSum: UInt64, waitMax: UInt64) {
    var sum: (acquired: UInt64, contended: UInt64, waitSum: UInt64, waitMax: UInt64) = (0, 0, 0, 0)
    for cpu in 0..<count {
      let locks = cpus[cpu].locks
      sum.acquired &+= locks.acquired[index]
      sum.contended &+= locks.contended[index]
      sum.waitSum &+= locks.wait_sum[index]
      if locks.wait_max[index] > sum.waitMax { sum.waitMax = locks.wait_max[index] }
    }
    return sum
  }
}
