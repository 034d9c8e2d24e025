// When a page cannot be had: the process with the most memory is killed, and the fault is tried again.

import KernelCore
import LinuxABI

enum OutOfMemory {
  static func relieve(for thread: Thread) {
    Reaper.run()
    guard let victim = largestProcess() else { return thread.process.endAll(.signaled(.kill)) }
    if victim.endingStatus == nil {
      Console.line(.literal("out of memory: killed process "), .decimal(Int(victim.pid)))
    }
    victim.endAll(.signaled(.kill))
    if victim !== thread.process { Scheduler.yield() }
  }

  private static func largestProcess() -> Process? {
    ProcessTable.lock.withLock {
      var best: Process? = nil
      for process in ProcessTable.processes where process.end == nil && process.pid != 1 {
        let size = process.addressSpace?.residentCount ?? 0
        if size > best?.addressSpace?.residentCount ?? 0 { best = process }
      }
      return best
    }
  }
}
