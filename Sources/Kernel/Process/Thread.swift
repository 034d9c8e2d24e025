// A thread: what the scheduler runs. (Being filled in.)

import CMachine
import KernelCore
import LinuxABI

final class Thread: Sleeper {
  let tid: Int32
  let process: Process

  init(tid: Int32, process: Process) {
    self.tid = tid
    self.process = process
    super.init()
  }

  /// The thread running on this CPU. Valid in process context only.
  @inline(__always)
  static var current: Thread {
    Unmanaged<Thread>.fromOpaque(apus_current()!).takeUnretainedValue()
  }

  /// Sleeps on `queue` until `attempt` gives a value. `attempt` runs with no lock held, may throw, and returns nil to
  /// sleep on. Deadline in nanoseconds of the monotonic clock.
  /// - Throws: what `attempt` throws; `.restart` when a signal is pending; ETIMEDOUT after the deadline.
  func sleep<Result>(
    on queue: WaitQueue, deadline: UInt64? = nil, until attempt: () throws(Errno) -> Result?
  ) throws(Errno) -> Result {
    while true {
      if let result = try attempt() { return result }
    }
  }
}
