// Counting: the rows and histograms that no event loss can touch.
//
// Each counter is updated by one instruction, so an interrupt on the same CPU that counts too loses nothing. The drain
// reads while this writes; it may see a count one ahead of its histogram, and catches up at the next snapshot.
import CMachine

extension CPUTrace {
  /// Counts one occurrence of `row` that took `duration` TSC ticks; returns the row's block.
  @inline(__always)
  func count(row index: Int, duration: UInt64) -> UnsafeMutablePointer<UInt64> {
    let row = area.pointee.rows + index
    let block = row.pointee.block ?? assignBlock(to: row)
    count(row, block, bucket: Histogram.bucket(of: duration), duration: duration)
    return block
  }

  @inline(__always)
  func count(_ row: UnsafeMutablePointer<Row>, _ block: UnsafeMutablePointer<UInt64>, bucket: Int, duration: UInt64) {
    apus_trace_increment(&row.pointee.count)
    apus_trace_add(&row.pointee.sum, duration)
    if duration < row.pointee.min { row.pointee.min = duration }
    if duration > row.pointee.max { row.pointee.max = duration }
    apus_trace_increment(block + bucket)
  }

  /// Counts a failed system call. `errno` is 1…133.
  @inline(never)
  func countError(row index: Int, errno: UInt64, block: UnsafeMutablePointer<UInt64>) {
    let row = area.pointee.rows + index
    apus_trace_increment(&row.pointee.errors)
    if errno == Self.notImplemented { apus_trace_increment(&row.pointee.unimplemented) }
    apus_trace_increment(block + Histogram.bucketCount + Int(truncatingIfNeeded: errno))
  }

  static var notImplemented: UInt64 { 38 }

  // An interrupt between the reservation and the store may give the row another block; its counts would be lost, so
  // the first one stored stays.
  @inline(never)
  private func assignBlock(to row: UnsafeMutablePointer<Row>) -> UnsafeMutablePointer<UInt64> {
    var block = area.pointee.blocks
    if area.pointee.blocksUsed < area.pointee.blockCapacity {
      let index = apus_trace_reserve(&area.pointee.blocksUsed, 1)
      if index < area.pointee.blockCapacity { block += Int(index) * CPUArea.blockWords }
    }
    if let other = row.pointee.block { return other }
    row.pointee.block = block
    return block
  }
}
