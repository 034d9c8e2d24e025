// Frees ended threads: their kernel stacks cannot go while they still run on them. The idle thread calls it, and fork
// does when many wait. Lock: `reaper`, interrupts off while adding (the dying thread is about to switch away).

import CMachine
import KernelCore

enum Reaper {
  private static let lock = InterruptSpinLock(apus_lock_reaper)
  nonisolated(unsafe) private static unowned(unsafe) var first: Thread?
  nonisolated(unsafe) private static var count = 0

  /// Linked through `nextRunnable`: a dead thread is in no run queue.
  static func add(_ thread: Thread) {
    lock.withLock {
      thread.nextRunnable = first
      first = thread
      count += 1
    }
  }

  static func runIfBusy() { if count > 16 { run() } }

  static func run() {
    while count > 0, let thread = take() { Unmanaged.passUnretained(thread).release() }
  }

  /// A dead thread that has left its stack, or nil.
  private static func take() -> Thread? {
    lock.withLock {
      guard let thread = first, hasSwitchedAway(thread) else { return nil }
      first = thread.nextRunnable
      thread.nextRunnable = nil
      count -= 1
      return thread
    }
  }

  /// The switch holds the run queue's lock until the next thread runs.
  private static func hasSwitchedAway(_ thread: Thread) -> Bool {
    thread.cpu.runQueue.lock.withLock {
      thread.cpu.block.pointee.current != Unmanaged.passUnretained(thread).toOpaque()
    }
  }
}
