// A moment that comes once or again and again (setitimer(2), timer_settime(2), timerfd_settime(2)): pure arithmetic on
// nanoseconds of one clock. The owner's lock guards it.

/// Disarmed, or due at a deadline and then every interval.
public struct IntervalTimer: Equatable, Sendable {
  /// Nanoseconds of the owner's clock; nil while disarmed.
  public private(set) var deadline: UInt64?
  /// 0 for once.
  public private(set) var interval: UInt64 = 0

  public init() {}

  public init(deadline: UInt64?, interval: UInt64) {
    self.deadline = deadline
    self.interval = interval
  }

  /// What is left until the next expiration: 0 while disarmed, at least 1 while armed.
  public func remaining(at now: UInt64) -> UInt64 {
    guard let deadline else { return 0 }
    guard deadline <= now else { return deadline - now }
    guard interval > 0 else { return 1 }
    return interval - (now - deadline) % interval
  }

  /// How many times it has come since it was asked last. Moves on to the next time, or disarms.
  public mutating func expire(at now: UInt64) -> UInt64 {
    guard let due = deadline, due <= now else { return 0 }
    guard interval > 0 else {
      deadline = nil
      return 1
    }
    let count = (now - due) / interval + 1
    let (distance, overflow) = count.multipliedReportingOverflow(by: interval)
    let (next, carry) = due.addingReportingOverflow(distance)
    deadline = overflow || carry ? .max : next
    return count
  }
}
