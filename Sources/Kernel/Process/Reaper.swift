// Frees what has ended: a thread's kernel stack cannot go while it still runs on it, and a reaped process leaves the
// tables when there is time. The idle thread does it, and whoever finds that many wait.
//
// The list is its CPU's own, used in process context only, which nothing preempts: so it has no lock, and whoever takes
// an ended thread from it runs after that thread's last switch.

import CMachine
import KernelCore

/// The ended threads and processes of one CPU.
struct DeadList {
  /// Linked through `nextRunnable`: a dead thread is in no run queue.
  fileprivate unowned(unsafe) var thread: Thread?
  fileprivate unowned(unsafe) var process: Process?
  fileprivate var count = 0
}

enum Reaper {
  private static let enough = 16

  /// The thread that runs, which switches away for good right after; its reference is the scheduler's.
  static func add(_ thread: Thread) {
    let cpu = CPU.current
    thread.nextRunnable = cpu.dead.thread
    cpu.dead.thread = thread
    cpu.dead.count += 1
  }

  /// A process that was waited for.
  static func add(_ process: Process) {
    let cpu = CPU.current
    process.nextDead = cpu.dead.process
    cpu.dead.process = process
    cpu.dead.count += 1
    _ = Unmanaged.passRetained(process)
  }

  @inline(__always)
  static func runIfBusy() { if CPU.current.dead.count > enough { run() } }

  static func run() {
    let cpu = CPU.current
    while let thread = cpu.dead.thread {
      cpu.dead.thread = thread.nextRunnable
      cpu.dead.count -= 1
      thread.nextRunnable = nil
      Unmanaged.passUnretained(thread).release()
    }
    while let process = cpu.dead.process {
      cpu.dead.process = process.nextDead
      cpu.dead.count -= 1
      ProcessTable.lock.withLock { ProcessTable.remove(process) }
      Unmanaged.passUnretained(process).release()
    }
  }
}
