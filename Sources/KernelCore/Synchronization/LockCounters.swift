// Lock statistics of one CPU, by class, kept in its per-CPU block; only that CPU writes them.

import CMachine

public enum LockCounters {
  /// Accounts one contended acquisition. Called with the lock held.
  static func recordWait(_ lockClass: LockClass, ticks: UInt64) {
    let cpu = apus_percpu()!
    let index = Int(lockClass.rawValue)
    add(1, to: &cpu.pointee.lock_contended, at: index)
    add(ticks, to: &cpu.pointee.lock_wait_sum, at: index)
    withUnsafeMutableBytes(of: &cpu.pointee.lock_wait_max) { raw in
      let rows = raw.assumingMemoryBound(to: UInt64.self)
      if ticks > rows[index] { rows[index] = ticks }
    }
  }

  @inline(__always)
  private static func add<Table>(_ amount: UInt64, to table: inout Table, at index: Int) {
    withUnsafeMutableBytes(of: &table) { raw in
      raw.assumingMemoryBound(to: UInt64.self)[index] &+= amount
    }
  }
}
