// The timers of one CPU, sorted by deadline. Lock: `timers`, interrupt-safe; expiry runs in the timer interrupt.

import CMachine

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

  private let lock = InterruptSpinLock(apus_lock_timers)
  private unowned(unsafe) var first: Timer?
  /// The timer whose `expire` runs now.
  private unowned(unsafe) var firing: Timer?

  /// The earliest deadline, or UInt64.max.
  public var nextDeadline: UInt64 { first?.deadline ?? .max }

  public func arm(_ timer: Timer, deadline: UInt64) {
    disarm(timer)
    lock.withLock {
      timer.deadline = deadline
      timer.isArmed = true
      timer.queue = self
      insert(timer)
    }
  }

  /// Takes the timer back, from whichever CPU's queue it stands in. When this returns `expire` does not run any more:
  /// the timer may go away. Never called from `expire` itself.
  public func disarm(_ timer: Timer) {
    guard let queue = timer.queue else { return }
    while !queue.lock.withLock({ queue.takeBack(timer) }) { apus_pause() }
  }

  private func takeBack(_ timer: Timer) -> Bool {
    guard firing !== timer else { return false }
    if timer.isArmed { remove(timer) }
    return true
  }

  /// Fires everything due at `now`.
  public func expire(now: UInt64) {
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
  }

  private func remove(_ timer: Timer) {
    timer.isArmed = false
    if let previous = timer.previous { previous.next = timer.next } else { first = timer.next }
    timer.next?.previous = timer.previous
  }
}
