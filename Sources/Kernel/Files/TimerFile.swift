// timerfd_create(2): a timer as a file. Lock: `state` (class event); expirations are counted when somebody looks, the
// interrupt only wakes.

import CMachine
import KernelCore
import LinuxABI

final class TimerFile: OpenFile {
  private let state = SpinLock<Locks.Event>()
  private let clock: TimerClock
  private var timer = IntervalTimer()
  /// Expirations not yet read.
  private var count: UInt64 = 0
  private let readers = WaitQueue()
  private let alarm: Waker

  init(_ clock: TimerClock, _ flags: OpenFlags) {
    self.clock = clock
    alarm = Waker(readers)
    super.init(AnonymousInode(.timer), flags.union(.readWrite))
  }

  deinit { CPU.current.timers.disarm(alarm) }

  private final class Waker: Timer {
    private let queue: WaitQueue
    init(_ queue: WaitQueue) { self.queue = queue }
    override func expire() { queue.wakeAll() }
  }

  private var now: UInt64 { if case .realTime = clock { Clock.wall() } else { Clock.monotonic() } }

  /// Returns what it was.
  func arm(deadline: UInt64?, isAbsolute: Bool, interval: UInt64) -> (interval: UInt64, left: UInt64) {
    let before = state.withLock {
      let now = self.now
      let before = (timer.interval, timer.remaining(at: now))
      count = 0
      timer = IntervalTimer(
        deadline: deadline.map { isAbsolute ? $0 : now.addingSaturated($0) }, interval: deadline == nil ? 0 : interval)
      setAlarm()
      return before
    }
    readers.wakeAll()
    return before
  }

  func remaining() -> (interval: UInt64, left: UInt64) {
    state.withLock {
      countExpirations()
      return (timer.interval, timer.remaining(at: now))
    }
  }

  // Lock held.

  private func countExpirations() {
    let new = timer.expire(at: now)
    guard new > 0 else { return }
    count = count.addingSaturated(new)
    setAlarm()
  }

  private func setAlarm() {
    let flags = apus_save_flags_cli()
    let cpu = CPU.current
    if let deadline = timer.deadline {
      let moment = clock.monotonic(deadline)
      cpu.timers.arm(alarm, deadline: moment)
      if moment < cpu.nextTick { Scheduler.programTimer(cpu, now: Clock.monotonic()) }
    } else {
      cpu.timers.disarm(alarm)
    }
    apus_restore_flags(flags)
  }

  // MARK: As a file

  override func read(_ transfer: inout UserTransfer) throws(Errno) {
    guard transfer.remaining >= 8 else { throw .EINVAL }
    var taken = state.withLock {
      countExpirations()
      defer { count = 0 }
      return count
    }
    guard taken > 0 else { throw .EAGAIN }
    _ = transfer.copyOut(&taken, 8)
  }

  override func write(_ transfer: inout UserTransfer) throws(Errno) { throw .EINVAL }
  override var isSeekable: Bool { false }
  override func seek(_ distance: Int64, _ whence: Int32) throws(Errno) -> Int64 { 0 }
  override var readQueue: WaitQueue? { readers }

  override func poll() -> PollEvents {
    state.withLock {
      countExpirations()
      return count > 0 ? .readable : []
    }
  }
}
