// Clocks, sleeping, resource use.

import CMachine
import KernelCore
import LinuxABI

extension Syscalls {
  /// The clocks there are (clock_gettime(2)); a negative number means the CPU time of a process or thread.
  private static func time(of clock: Int32, _ caller: Thread) throws(Errno) -> UInt64 {
    switch clock {
    case 0, 5, 11: Clock.wall()  // REALTIME, REALTIME_COARSE, TAI
    case 1, 4, 6, 7: Clock.monotonic()  // MONOTONIC, RAW, COARSE, BOOTTIME
    case 2: processTime(caller.process)  // PROCESS_CPUTIME_ID
    case 3: Clock.nanoseconds(ofTicks: caller.cpuTicksNow)  // THREAD_CPUTIME_ID
    case ..<0: try processorTime(clock, caller)
    default: throw .EINVAL
    }
  }

  private static func processTime(_ process: Process) -> UInt64 {
    ProcessTable.lock.withLock { process.usage.user &+ process.usage.system }
  }

  /// clock_getcpuclockid(3), pthread_getcpuclockid(3): ~id in the upper bits, 4 for a thread, and which time.
  private static func processorTime(_ clock: Int32, _ caller: Thread) throws(Errno) -> UInt64 {
    let id = ~(clock >> 3)
    let isThread = clock & 4 != 0
    guard clock & 3 != 3 else { throw .EINVAL }
    return try ProcessTable.lock.withLock { () throws(Errno) in
      let usage: Usage
      if isThread {
        guard let thread = id == 0 ? caller : ProcessTable.thread(id), thread.process === caller.process else {
          throw .EINVAL
        }
        usage = thread.usage
      } else {
        guard let process = id == 0 ? caller.process : ProcessTable.process(id) else { throw .EINVAL }
        usage = process.usage
      }
      return clock & 3 == 1 ? usage.user : usage.user &+ usage.system
    }
  }

  static func clockGettime(_ caller: Thread, _ clock: Int32, _ out: UserPointer<Timespec>) throws(Errno) -> Int {
    try out.store(Timespec(totalNanoseconds: try time(of: clock, caller)))
    return 0
  }

  static func clockGetres(_ caller: Thread, _ clock: Int32, _ out: UserPointer<Timespec>) throws(Errno) -> Int {
    _ = try time(of: clock, caller)
    if !out.isNull { try out.store(Timespec(seconds: 0, nanoseconds: 1)) }
    return 0
  }

  static func clockSettime(_ caller: Thread, _ clock: Int32, _ new: UserPointer<Timespec>) throws(Errno) -> Int {
    guard clock == 0 else { throw .EINVAL }
    guard let time = try new.load().duration else { throw .EINVAL }
    guard caller.process.credentials.euid == 0 else { throw .EPERM }
    Clock.wallOffset = time &- Clock.monotonic()
    return 0
  }

  static func gettimeofday(_ caller: Thread, _ time: UserPointer<Timeval>, _ zone: UInt) throws(Errno) -> Int {
    if !time.isNull { try time.store(Timeval(nanoseconds: Clock.wall())) }
    if zone != 0 { try UserPointer<UInt64>(zone).store(0) }
    return 0
  }

  static func time(_ caller: Thread, _ out: UserPointer<Int64>) throws(Errno) -> Int {
    let seconds = Int64(Clock.wall() / Clock.nanosecondsPerSecond)
    if !out.isNull { try out.store(seconds) }
    return Int(seconds)
  }

  static func nanosleep(
    _ caller: Thread, _ request: UserPointer<Timespec>, _ remaining: UserPointer<Timespec>
  ) throws(Errno) -> Int {
    guard let duration = try request.load().duration else { throw .EINVAL }
    return try sleep(caller, until: Clock.monotonic().addingSaturated(duration), remaining)
  }

  static func clockNanosleep(
    _ caller: Thread, _ clock: Int32, _ flags: Int32, _ request: UserPointer<Timespec>,
    _ remaining: UserPointer<Timespec>
  ) throws(Errno) -> Int {
    guard clock >= 0, clock != 3, clock < 12 else { throw .EINVAL }
    guard let time = try request.load().duration else { throw .EINVAL }
    guard flags & 1 != 0 else { return try sleep(caller, until: Clock.monotonic().addingSaturated(time), remaining) }
    let offset = clock == 0 ? Clock.wallOffset : 0
    return try sleep(caller, until: time > offset ? time - offset : 0, UserPointer(0))
  }

  /// An interrupted sleep that is started again goes on to its old end.
  private static func sleep(
    _ caller: Thread, until wanted: UInt64, _ remaining: UserPointer<Timespec>
  ) throws(Errno) -> Int {
    let deadline = caller.takeResumeDeadline() ?? wanted
    do throws(Errno) {
      try caller.sleep(deadline: deadline) { () throws(Errno) -> Void? in nil }
    } catch {
      if error == .ETIMEDOUT { return 0 }
      let now = Clock.monotonic()
      if !remaining.isNull { try remaining.store(Timespec(totalNanoseconds: deadline > now ? deadline - now : 0)) }
      caller.resumeDeadline = deadline
      throw .restartIfNoHandler
    }
    return 0
  }

  // MARK: Use of resources

  static func getrusage(_ caller: Thread, _ who: Int32, _ out: UserPointer<ResourceUsage>) throws(Errno) -> Int {
    let process = caller.process
    guard who >= -1, who <= 1 else { throw .EINVAL }
    var usage = ProcessTable.lock.withLock {
      switch who {
      case 0: process.usage
      case 1: caller.usage
      default: process.childUsage
      }
    }
    if who >= 0 { usage.residentPages = max(usage.residentPages, Int64(process.addressSpace?.residentCount ?? 0)) }
    try out.store(ResourceUsage(usage))
    return 0
  }

  /// times(2), in hundredths of a second.
  static func times(_ caller: Thread, _ out: UserPointer<InlineArray<4, Int64>>) throws(Errno) -> Int {
    let hundredth: UInt64 = 10_000_000
    let process = caller.process
    let (own, children) = ProcessTable.lock.withLock { (process.usage, process.childUsage) }
    var values: InlineArray<4, Int64> = [0, 0, 0, 0]
    values[0] = Int64(own.user / hundredth)
    values[1] = Int64(own.system / hundredth)
    values[2] = Int64(children.user / hundredth)
    values[3] = Int64(children.system / hundredth)
    if !out.isNull { try out.store(values) }
    return Int(Clock.monotonic() / hundredth)
  }
}

extension UInt64 {
  func addingSaturated(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
