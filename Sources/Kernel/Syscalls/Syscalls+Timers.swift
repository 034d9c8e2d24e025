// Timers that send signals: alarm(2), setitimer(2), timer_create(2) and its relatives.

import KernelCore
import LinuxABI

extension Syscalls {
  // MARK: Interval timers

  /// alarm(2). Returns the seconds that were left of the old one, rounded as Linux does.
  static func alarm(_ caller: Thread, _ seconds: UInt32) -> Int {
    let nanoseconds = UInt64(seconds) * Clock.nanosecondsPerSecond
    let old = exchangeTimer(caller, 0, IntervalTimeval(value: nanoseconds))
    let left = old.value
    if left == 0 { return 0 }
    let whole = left / Clock.nanosecondsPerSecond
    let isRoundedUp = whole == 0 || left % Clock.nanosecondsPerSecond >= Clock.nanosecondsPerSecond / 2
    return Int(whole) + (isRoundedUp ? 1 : 0)
  }

  static func setitimer(
    _ caller: Thread, _ which: Int32, _ new: UserPointer<IntervalTimeval>, _ old: UserPointer<IntervalTimeval>
  ) throws(Errno) -> Int {
    guard which >= 0, which <= 2 else { throw .EINVAL }
    // A null pointer disarms, as on Linux.
    let wanted = new.isNull ? IntervalTimeval() : try new.load()
    guard let interval = wanted.interval.duration, let value = wanted.value.duration else { throw .EINVAL }
    let before = exchangeTimer(caller, which, IntervalTimeval(interval: interval, value: value))
    if !old.isNull { try old.store(before.timeval) }
    return 0
  }

  static func getitimer(_ caller: Thread, _ which: Int32, _ out: UserPointer<IntervalTimeval>) throws(Errno) -> Int {
    guard which >= 0, which <= 2 else { throw .EINVAL }
    try out.store(exchangeTimer(caller, which, nil).timeval)
    return 0
  }

  private struct Setting {
    var interval: UInt64
    var value: UInt64
    var timeval: IntervalTimeval { IntervalTimeval(interval: interval, value: value) }
  }

  /// Sets one of the three timers, if told to. Returns what it was.
  private static func exchangeTimer(_ caller: Thread, _ which: Int32, _ new: IntervalTimeval?) -> Setting {
    let process = caller.process
    let setting = new.map { Setting(interval: $0.interval.duration ?? 0, value: $0.value.duration ?? 0) }
    return ProcessTable.lock.withLock {
      let usage = process.usage
      let now = which == 0 ? Clock.monotonic() : which == 1 ? usage.user : usage.user &+ usage.system
      return process.actions.lock.withLock { exchangeTimer(process, which, setting, now) }
    }
  }

  /// Lock: `signals`.
  private static func exchangeTimer(_ process: Process, _ which: Int32, _ new: Setting?, _ now: UInt64) -> Setting {
    let timers = process.timers
    let real = which == 0 ? timers.realTimer(of: process) : nil
    let old = real?.timer ?? (which == 1 ? timers.virtual : timers.profiling)
    if let new {
      let timer = IntervalTimer(
        deadline: new.value == 0 ? nil : now.addingSaturated(new.value), interval: new.value == 0 ? 0 : new.interval)
      if let real { real.arm(timer) } else if which == 1 { timers.virtual = timer } else { timers.profiling = timer }
      timers.updateTicks()
    }
    return Setting(interval: old.interval, value: old.remaining(at: now))
  }

  // MARK: POSIX timers

  static func timerCreate(
    _ caller: Thread, _ clock: Int32, _ event: UserPointer<SignalEvent>, _ out: UserPointer<Int32>
  ) throws(Errno) -> Int {
    let clock = try TimerClock(clock, caller: caller)
    var wanted = SignalEvent()
    wanted.signal = Signal.alarm.rawValue
    if !event.isNull { wanted = try event.load() }
    let notify = wanted.notify
    guard notify == SignalEvent.bySignal || notify == SignalEvent.none || notify == SignalEvent.toThread else {
      throw .EINVAL
    }
    let signal = notify == SignalEvent.none ? nil : Signal(number: wanted.signal)
    guard signal != nil || notify == SignalEvent.none else { throw .EINVAL }
    let target = notify == SignalEvent.toThread ? wanted.thread : nil
    if let target { try checkOwnThread(caller, target) }
    let process = caller.process
    let timer = try process.actions.lock.withLock { () throws(Errno) in
      try process.timers.add { number in
        let value = event.isNull ? UInt64(UInt32(bitPattern: number)) : wanted.value
        return PosixTimer(number: number, clock, signal, value: value, target: target, process)
      }
    }
    do throws(Errno) { try out.store(timer.number) } catch {
      delete(timer, process)
      throw error
    }
    return 0
  }

  private static func checkOwnThread(_ caller: Thread, _ tid: Int32) throws(Errno) {
    let isOwn = ProcessTable.lock.withLock { ProcessTable.thread(tid)?.process === caller.process }
    guard isOwn else { throw .EINVAL }
  }

  static func timerDelete(_ caller: Thread, _ number: Int32) throws(Errno) -> Int {
    let process = caller.process
    guard let timer = process.actions.lock.withLock({ process.timers.find(number) }) else { throw .EINVAL }
    delete(timer, process)
    return 0
  }

  private static func delete(_ timer: PosixTimer, _ process: Process) {
    process.actions.lock.withLock { process.timers.remove(timer) }
    timer.giveUp()
  }

  static func timerSettime(
    _ caller: Thread, _ number: Int32, _ flags: Int32, _ new: UserPointer<IntervalTimespec>,
    _ old: UserPointer<IntervalTimespec>
  ) throws(Errno) -> Int {
    guard !new.isNull else { throw .EINVAL }
    let wanted = try new.load()
    guard let interval = wanted.interval.duration, let value = wanted.value.duration else { throw .EINVAL }
    let before = try withTimer(caller, number) { timer in
      let before = timer.remaining()
      let start = flags & timerAbsolute != 0 ? 0 : timer.clock.now(caller.process)
      timer.arm(
        IntervalTimer(deadline: value == 0 ? nil : start.addingSaturated(value), interval: value == 0 ? 0 : interval))
      caller.process.timers.updateTicks()
      return before
    }
    if !old.isNull { try old.store(IntervalTimespec(interval: before.interval, value: before.left)) }
    return 0
  }

  static func timerGettime(
    _ caller: Thread, _ number: Int32, _ out: UserPointer<IntervalTimespec>
  ) throws(Errno) -> Int {
    let now = try withTimer(caller, number) { $0.remaining() }
    try out.store(IntervalTimespec(interval: now.interval, value: now.left))
    return 0
  }

  static func timerGetoverrun(_ caller: Thread, _ number: Int32) throws(Errno) -> Int {
    try withTimer(caller, number) { Int(min($0.overrun, UInt64(Int32.max))) }
  }

  /// Runs `body` with a timer of the caller's, locked.
  private static func withTimer<Result>(
    _ caller: Thread, _ number: Int32, _ body: (PosixTimer) -> Result
  ) throws(Errno) -> Result {
    let process = caller.process
    return try ProcessTable.lock.withLock { () throws(Errno) in
      try process.actions.lock.withLock { () throws(Errno) in
        guard let timer = process.timers.find(number) else { throw .EINVAL }
        return body(timer)
      }
    }
  }
}

extension IntervalTimeval {
  /// From nanoseconds.
  fileprivate init(interval: UInt64 = 0, value: UInt64) {
    self.init()
    self.interval = Timeval(nanoseconds: interval)
    // What is left is never shown as nothing.
    self.value = Timeval(nanoseconds: value > 0 ? max(value, 1000) : 0)
  }
}

extension Timeval {
  /// In nanoseconds; nil when negative or malformed.
  fileprivate var duration: UInt64? { isValid ? timespec.duration : nil }
}
