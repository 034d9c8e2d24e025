// Wait queues: threads that sleep until something happens.
//
// Protocol of a sleeper, so that no wake-up is lost: (1) enqueue, (2) mark itself sleeping, (3) check the condition,
// (4) give up the CPU; whoever changes the condition does so first and calls `wakeAll` after. A sleeper may stand in
// several queues at once (poll). Interrupt handlers may wake. Lock: `wait_queue`, interrupt-safe, innermost but for
// the run queue, which `Sleeper.wake` takes.

import CMachine
import Synchronization

/// Something that can sleep: a thread, or a stand-in of the tests.
open class Sleeper {
  public init() {}

  /// Makes the sleeper runnable; harmless when it is not asleep. Called with the queue's lock held, perhaps from an
  /// interrupt.
  open func wake() {}
}

/// One sleeper's place in one queue. Owned by the sleeper, which removes it before it goes away.
public final class WaitEntry {
  unowned(unsafe) let sleeper: Sleeper
  unowned(unsafe) var next: WaitEntry?
  unowned(unsafe) var previous: WaitEntry?
  fileprivate(set) public var isQueued = false

  public init(_ sleeper: Sleeper) { self.sleeper = sleeper }
}

/// The sleepers of one event.
public final class WaitQueue {
  private let lock: InterruptSpinLock<Locks.WaitQueue>
  private unowned(unsafe) var first: WaitEntry?
  private unowned(unsafe) var last: WaitEntry?
  /// Whether anybody waits, for those who look without the lock.
  private let isOccupied = Atomic<Bool>(false)

  /// Another rank is for queues that are woken by somebody who holds an ordinary one.
  public init(ranksAs: apus_lock_class = apus_lock_wait_queue) { lock = InterruptSpinLock(ranksAs: ranksAs) }

  public func enqueue(_ entry: WaitEntry) {
    lock.withLock {
      guard !entry.isQueued else { return }
      entry.isQueued = true
      entry.next = nil
      entry.previous = last
      if let tail = last { tail.next = entry } else { first = entry }
      last = entry
      isOccupied.store(true, ordering: .relaxed)
    }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
  }

  public func remove(_ entry: WaitEntry) {
    lock.withLock {
      guard entry.isQueued else { return }
      entry.isQueued = false
      if let previous = entry.previous { previous.next = entry.next } else { first = entry.next }
      if let next = entry.next { next.previous = entry.previous } else { last = entry.previous }
      isOccupied.store(first != nil, ordering: .relaxed)
    }
  }

  /// Wakes every sleeper; each checks its condition again.
  public func wakeAll() {
    // The caller's change of the condition must be visible before the queue is found empty.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    guard isOccupied.load(ordering: .relaxed) else { return }
    lock.withLock {
      var entry = first
      while let waiting = entry {
        waiting.sleeper.wake()
        entry = waiting.next
      }
    }
  }

  /// Wakes the sleepers that have waited longest, `limit` at most. Returns how many.
  @discardableResult
  public func wake(limit: Int) -> Int {
    lock.withLock {
      var entry = first
      var woken = 0
      while woken < limit, let waiting = entry {
        waiting.sleeper.wake()
        woken += 1
        entry = waiting.next
      }
      return woken
    }
  }
}
