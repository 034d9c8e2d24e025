// One timer of timer_create(2).
//
// While its signal waits to be delivered the timer rests; delivery starts it again and counts what it missed: that is
// Linux's way, and keeps a fast timer from flooding a queue. Locks: `signals` of the process guards everything; sending
// wants `process_table` around it.

import CMachine
import KernelCore
import LinuxABI

final class PosixTimer: Alarm {
  let number: Int32
  let clock: TimerClock
  /// nil for SIGEV_NONE.
  private let signal: Signal?
  private let value: UInt64
  /// SIGEV_THREAD_ID: the thread that gets it.
  private let target: Int32?
  private var process: Process?
  private(set) var timer = IntervalTimer()
  /// Its signal has been sent and not delivered.
  private var isWaiting = false
  /// Expirations when the signal was sent, but for the one it tells of.
  private var missed: UInt64 = 0
  /// Expirations in vain up to the last delivery.
  private(set) var overrun: UInt64 = 0

  init(number: Int32, _ clock: TimerClock, _ signal: Signal?, value: UInt64, target: Int32?, _ process: Process) {
    self.number = number
    self.clock = clock
    self.signal = signal
    self.value = value
    self.target = target
    self.process = process
  }

  // Lock: `signals`.

  func arm(_ new: IntervalTimer) {
    timer = new
    isWaiting = false
    overrun = 0
    wait()
  }

  /// Interval and what is left, at this moment.
  func remaining() -> (interval: UInt64, left: UInt64) {
    guard let process else { return (0, 0) }
    let now = clock.now(process)
    if signal == nil { _ = timer.expire(at: now) }
    return (timer.interval, timer.remaining(at: now))
  }

  /// The signal is delivered. Returns how often the timer came since it was sent.
  fileprivate func deliver() -> UInt64 {
    isWaiting = false
    overrun = missed
    // What CPU time it has missed, the next tick counts: the process's threads are not to be looked at here.
    guard let process, timer.deadline != nil, !clock.isProcessorTime else { return overrun }
    overrun &+= timer.expire(at: clock.now(process))
    wait()
    return overrun
  }

  /// As `deliver`, as what siginfo holds.
  func resume() -> UInt32 { UInt32(clamping: min(deliver(), UInt64(Int32.max))) }

  private func wait() {
    guard !clock.isProcessorTime, signal != nil else { return }
    set(timer.deadline.map { clock.monotonic($0) })
  }

  /// Nobody will hear of it any more. No lock held.
  func giveUp() {
    ProcessTable.lock.withLock { process = nil }
    set(nil)
  }

  // MARK: Going off

  override func goOff() { ProcessTable.lock.withLock { check() } }

  /// Sends the signal when it is time. Lock: `process_table`.
  func check() {
    guard let process, let signal else { return }
    let isDue = process.actions.lock.withLock {
      guard !isWaiting else { return false }
      let count = timer.expire(at: clock.now(process))
      guard count > 0 else { return false }
      missed = count - 1
      isWaiting = true
      return true
    }
    guard isDue else { return }
    let info = SignalInfo(timer: number, signal, value: value)
    guard let target else {
      Signals.send(info, to: process)
      return
    }
    if let thread = process.threads.first(where: { $0.tid == target }) { Signals.send(info, to: thread) }
  }
}

/// The clocks that timers run on (clock_gettime(2)).
enum TimerClock {
  case realTime
  case monotonic
  case process
  case thread(Int32)

  /// - Throws: EINVAL; ENOTSUP for clocks that no timer runs on.
  init(_ number: Int32, caller: Thread) throws(Errno) {
    switch number {
    case 0, 11: self = .realTime
    case 1, 7: self = .monotonic
    case 2: self = .process
    case 3: self = .thread(caller.tid)
    case 4, 5, 6: throw .EOPNOTSUPP
    default: throw .EINVAL
    }
  }

  var isProcessorTime: Bool {
    switch self {
    case .realTime, .monotonic: false
    case .process, .thread: true
    }
  }

  /// Nanoseconds on this clock. CPU time: `process_table` held, or the caller is of the process.
  func now(_ process: Process) -> UInt64 {
    switch self {
    case .realTime: return Clock.wall()
    case .monotonic: return Clock.monotonic()
    case .process:
      let usage = process.usage
      return usage.user &+ usage.system
    case .thread(let tid):
      guard let thread = process.threads.first(where: { $0.tid == tid }) else { return 0 }
      return thread.usage.user &+ thread.usage.system
    }
  }

  /// The moment of the monotonic clock at which this one shows `time`.
  func monotonic(_ time: UInt64) -> UInt64 {
    guard case .realTime = self else { return time }
    return time > Clock.wallOffset ? time - Clock.wallOffset : 0
  }
}
