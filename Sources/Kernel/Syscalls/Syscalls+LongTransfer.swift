// Transfers of many megabytes, in slices: the kernel is not preemptible, so a call that goes on for long lets others run
// and looks for signals between its slices.

import CMachine
import KernelCore
import LinuxABI

extension Syscalls {
  /// What is moved in one go.
  static let sliceBytes = 1 << 20
  /// A call that cannot be sliced moves no more than this; its count is short then.
  static let unslicedBytes = 64 << 20

  /// Calls `move` for slice after slice until the count is reached, a slice comes back short, or a signal waits.
  @inline(never)
  static func moveInSlices(
    _ caller: Thread, _ address: UInt, _ count: Int, _ move: (inout UserTransfer) throws(Errno) -> Int
  ) throws(Errno) -> Int {
    try UserMemory.check(address, count)
    var done = 0
    while done < count {
      let wanted = min(count - done, sliceBytes)
      do throws(Errno) {
        var slice = try UserTransfer(address + UInt(done), count: wanted)
        let moved = try move(&slice)
        done += moved
        if moved < wanted { break }
        try caller.breathe()
      } catch {
        guard done > 0 else { throw error }
        break
      }
    }
    return done
  }
}

extension Thread {
  /// In the middle of a long call: gives the CPU to others whose turn it is.
  /// - Throws: `.restart` when a signal waits.
  func breathe() throws(Errno) {
    if hasDeliverableSignal { throw .restart }
    if apus_percpu().pointee.need_resched != 0 { Scheduler.yield() }
  }
}
