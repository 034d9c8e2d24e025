// The timers of one process: setitimer's three, timer_create's, and RLIMIT_CPU. Lock: the process's `signals`.
//
// Timers of real time go off by an `Alarm`. Those of CPU time are looked at by a running thread before it returns to user
// mode, when the tick has told it to.

import CMachine
import KernelCore
import LinuxABI

final class ProcessTimers {
  /// Most timers that timer_create makes.
  private static let limit = 256

  /// ITIMER_REAL, on the monotonic clock.
  private(set) var real: RealTimer?
  /// ITIMER_VIRTUAL and ITIMER_PROF, on the process's CPU time.
  var virtual = IntervalTimer()
  var profiling = IntervalTimer()
  private var posix: [PosixTimer] = []
  private var lastNumber: Int32 = -1
  /// Some timer counts CPU time: the tick asks threads to look. A hint, read without the lock.
  private(set) var wantsTicks = false
  /// Seconds of CPU time at which SIGXCPU comes next; nil without a limit.
  private var processorLimit: ResourceLimit?
  private var nextWarning: UInt64 = .max

  // MARK: The real-time interval timer. Lock held.

  func realTimer(of process: Process) -> RealTimer {
    if let real { return real }
    let made = RealTimer(process)
    real = made
    return made
  }

  /// The tick is asked for while any CPU-time timer is armed.
  func updateTicks() {
    wantsTicks =
      virtual.deadline != nil || profiling.deadline != nil || processorLimit != nil
      || posix.contains { $0.clock.isProcessorTime && $0.timer.deadline != nil }
  }

  func setProcessorLimit(_ limit: ResourceLimit) {
    processorLimit = limit.soft == .max && limit.hard == .max ? nil : limit
    nextWarning = limit.soft
    updateTicks()
  }

  // MARK: POSIX timers. Lock held.

  func find(_ number: Int32) -> PosixTimer? { posix.first { $0.number == number } }

  /// - Throws: EAGAIN.
  func add(_ make: (Int32) -> PosixTimer) throws(Errno) -> PosixTimer {
    guard posix.count < Self.limit else { throw .EAGAIN }
    repeat { lastNumber = lastNumber == .max ? 0 : lastNumber + 1 } while find(lastNumber) != nil
    let timer = make(lastNumber)
    posix.append(timer)
    return timer
  }

  func remove(_ timer: PosixTimer) {
    posix.removeAll { $0 === timer }
    updateTicks()
  }

  /// A timer's signal is being delivered: what came in vain since is told, and the timer goes on.
  func noteDelivery(_ info: inout SignalInfo) {
    guard let timer = find(info.pid) else { return }
    info.first = UInt64(UInt32(bitPattern: timer.number)) | UInt64(timer.resume()) << 32
  }

  // MARK: The end. No lock held.

  /// exec: POSIX timers go.
  func deleteAll() {
    for timer in posix { timer.giveUp() }
    posix = []
    updateTicks()
  }

  /// The process has no thread any more.
  func cancelAll() {
    deleteAll()
    real?.giveUp()
    real = nil
  }

  // MARK: CPU time

  /// Called by a thread of the process that the tick has found, before it returns to user mode.
  func checkCPUTime(of thread: Thread) {
    let process = thread.process
    ProcessTable.lock.withLock {
      let usage = process.usage
      let total = usage.user &+ usage.system
      let (isVirtual, isProfiling) = process.actions.lock.withLock {
        defer { updateTicks() }
        return (virtual.expire(at: usage.user) > 0, profiling.expire(at: total) > 0)
      }
      if isVirtual { Signals.send(SignalInfo(.virtualAlarm, code: SignalInfo.kernel), to: process) }
      if isProfiling { Signals.send(SignalInfo(.profilingAlarm, code: SignalInfo.kernel), to: process) }
      for timer in process.actions.lock.withLock({ posix }) where timer.clock.isProcessorTime { timer.check() }
      checkLimit(process, total / Clock.nanosecondsPerSecond)
    }
  }

  /// RLIMIT_CPU: a warning each second from the soft limit on, the end at the hard one.
  private func checkLimit(_ process: Process, _ seconds: UInt64) {
    guard let limit = processorLimit else { return }
    if seconds >= limit.hard {
      Signals.send(SignalInfo(.kill, code: SignalInfo.kernel), to: process)
    } else if seconds >= nextWarning {
      nextWarning = seconds + 1
      Signals.send(SignalInfo(.cpuTime, code: SignalInfo.kernel), to: process)
    }
  }
}

/// ITIMER_REAL.
final class RealTimer: Alarm {
  private var process: Process?
  private(set) var timer = IntervalTimer()

  fileprivate init(_ process: Process) { self.process = process }

  /// Lock: `signals`.
  func arm(_ new: IntervalTimer) {
    timer = new
    set(new.deadline)
  }

  fileprivate func giveUp() {
    ProcessTable.lock.withLock { process = nil }
    set(nil)
  }

  override func goOff() {
    ProcessTable.lock.withLock {
      guard let process else { return }
      let isDue = process.actions.lock.withLock {
        guard timer.expire(at: Clock.monotonic()) > 0 else { return false }
        set(timer.deadline)
        return true
      }
      if isDue { Signals.send(SignalInfo(.alarm, code: SignalInfo.kernel), to: process) }
    }
  }
}
