// The timers of one CPU, sorted by deadline. Lock: `timers`, interrupt-safe; expiry runs in the timer interrupt.
//
// A timer that has been disarmed is not in its `expire` any more, on whatever CPU, unless that is what disarms it.

import CMachine
import Synchronization

/// Something due at a moment of the monotonic clock. Owned by whoever armed it, who disarms it before it goes away.
open class Timer {
  public init() {}

  fileprivate(set) var deadline: UInt64 = .max
  fileprivate(set) var isArmed = false
  fileprivate unowned(unsafe) var next: Timer?
  fileprivate unowned(unsafe) var previous: Timer?
  fileprivate unowned(unsafe) var queue: TimerQueue?

  /// Called once in the timer interrupt, with no lock held. Must not allocate or sleep.
  open func expire() {}
}

public final class TimerQueue {
  public init() {}

  private let lock = InterruptSpinLock<Locks.Timers>()
  private unowned(unsafe) var first: Timer?
  private let earliest = Atomic<UInt64>(.max)
  /// The timer whose `expire` runs now, and on which CPU.
  private unowned(unsafe) var firing: Timer?
  private var firingCPU: UInt32 = 0

  /// The earliest deadline, or UInt64.max.
  public var nextDeadline: UInt64 { earliest.load(ordering: .relaxed) }

  public func arm(_ timer: Timer, deadline: UInt64) {
    disarm(timer)
    lock.withLock {
      timer.deadline = deadline
      timer.isArmed = true
      timer.queue = self
      insert(timer)
    }
  }

  /// Takes the timer back, from whichever CPU's queue it stands in, and waits while it expires on another CPU.
  public func disarm(_ timer: Timer) {
    guard let queue = timer.queue else { return }
    while queue.takeBack(timer) { apus_pause() }
  }

  /// Returns true while `timer` is expiring on another CPU.
  private func takeBack(_ timer: Timer) -> Bool {
    lock.withLock {
      if timer.isArmed { remove(timer) }
      return firing === timer && firingCPU != apus_percpu().pointee.cpu
    }
  }

  /// Fires everything due at `now`. In the timer interrupt of the queue's CPU.
  public func expire(now: UInt64) {
    guard now >= nextDeadline else { return }
    while let due = popDue(now) {
      due.expire()
      lock.withLock { firing = nil }
    }
  }

  private func popDue(_ now: UInt64) -> Timer? {
    lock.withLock {
      guard let timer = first, timer.deadline <= now else { return nil }
      remove(timer)
      firing = timer
      firingCPU = apus_percpu().pointee.cpu
      return timer
    }
  }

  private func insert(_ timer: Timer) {
    var previous: Timer? = nil
    var next = first
    while let candidate = next, candidate.deadline <= timer.deadline {
      previous = candidate
      next = candidate.next
    }
    timer.previous = previous
    timer.next = next
    next?.previous = timer
    if let previous { previous.next = timer } else { first = timer }
    earliest.store(first?.deadline ?? .max, ordering: .relaxed)
  }

  private func remove(_ timer: Timer) {
    timer.isArmed = false
    if let previous = timer.previous { previous.next = timer.next } else { first = timer.next }
    timer.next?.previous = timer.previous
    earliest.store(first?.deadline ?? .max, ordering: .relaxed)
  }
}
