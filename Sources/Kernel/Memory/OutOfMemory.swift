// When a page cannot be had: a process is killed, and the fault is tried again.

import KernelCore
import LinuxABI

enum OutOfMemory {
  static func relieve(for thread: Thread) {
    Reaper.run()
    guard Frames.isExhausted else { return }  // somebody gave memory back meanwhile, or it failed on purpose
    let victim = ProcessTable.lock.withLock { chooseVictim(asking: thread.process) }
    if victim.endingStatus == nil {
      Console.line(.literal("out of memory: killed process "), .decimal(Int(victim.pid)))
    }
    victim.endAll(.signaled(.kill))
    if victim !== thread.process { Scheduler.yield() }
  }

  /// The largest process; but the one that asks, when it is about as large: among many alike, as after a fork bomb, the
  /// one that wants more goes, and not their parent. Lock: `process_table`.
  private static func chooseVictim(asking: Process) -> Process {
    var best = asking
    var most = size(of: asking) * 4 / 3
    for process in ProcessTable.processes where process.end == nil && process.pid != 1 && size(of: process) > most {
      best = process
      most = size(of: process)
    }
    return best
  }

  private static func size(of process: Process) -> Int { process.sharedAddressSpace?.residentCount ?? 0 }
}
