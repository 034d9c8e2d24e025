// The runnable threads of one CPU, first in first out. Lock: `run_queue`, taken with interrupts off; see probes.h for its rank.
//
// The running thread is not in the queue. The scheduler holds the lock across a context switch, so that nobody can
// queue or steal a thread whose registers are not saved yet; the next thread releases it.

import CMachine
import KernelCore

final class RunQueue {
  let lock = InterruptSpinLock<Locks.RunQueue>()
  private unowned(unsafe) var first: Thread?
  private unowned(unsafe) var last: Thread?
  private(set) var count = 0

  // Lock held by the caller, interrupts off.

  func append(_ thread: Thread) {
    thread.nextRunnable = nil
    if let tail = last { tail.nextRunnable = thread } else { first = thread }
    last = thread
    count &+= 1
  }

  func popFirst() -> Thread? {
    guard let thread = first else { return nil }
    first = thread.nextRunnable
    if first == nil { last = nil }
    count &-= 1
    return thread
  }

  /// Takes the first thread that may run on `cpu`, for it to steal.
  func popFirst(for cpu: Int) -> Thread? {
    var previous: Thread? = nil
    var candidate = first
    while let thread = candidate {
      if thread.affinity >> UInt64(cpu) & 1 != 0 {
        if let previous { previous.nextRunnable = thread.nextRunnable } else { first = thread.nextRunnable }
        if last === thread { last = previous }
        count &-= 1
        return thread
      }
      previous = thread
      candidate = thread.nextRunnable
    }
    return nil
  }

  // A hint, when the lock is not held.

  @inline(__always)
  var isEmpty: Bool { count == 0 }
}
