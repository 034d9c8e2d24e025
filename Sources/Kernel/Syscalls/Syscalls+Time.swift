// Clocks, sleeping, resource use.

import CMachine
import KernelCore
import LinuxABI

extension Syscalls {
  /// The clocks there are (clock_gettime(2)).
  private static func time(of clock: Int32, _ caller: Thread) throws(Errno) -> UInt64 {
    switch clock {
    case 0, 5, 11: Clock.wall()  // REALTIME, REALTIME_COARSE, TAI
    case 1, 4, 6, 7: Clock.monotonic()  // MONOTONIC, RAW, COARSE, BOOTTIME
    case 2: caller.process.userTime &+ caller.process.systemTime  // PROCESS_CPUTIME_ID
    case 3: Clock.nanoseconds(ofTicks: caller.cpuTicksNow)  // THREAD_CPUTIME_ID
    default: throw .EINVAL
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
    let deadline = caller.resumeDeadline ?? wanted
    caller.resumeDeadline = nil
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
    switch who {
    case 0, 1:
      try out.store(
        ResourceUsage(
          userTime: process.userTime, systemTime: process.systemTime, faults: Int64(clamping: process.faultCount)))
    case -1:
      try out.store(ResourceUsage(userTime: process.childUserTime, systemTime: process.childSystemTime, faults: 0))
    default: throw .EINVAL
    }
    return 0
  }

  /// times(2), in hundredths of a second.
  static func times(_ caller: Thread, _ out: UserPointer<InlineArray<4, Int64>>) throws(Errno) -> Int {
    let hundredth: UInt64 = 10_000_000
    let process = caller.process
    var values: InlineArray<4, Int64> = [0, 0, 0, 0]
    values[0] = Int64(process.userTime / hundredth)
    values[1] = Int64(process.systemTime / hundredth)
    values[2] = Int64(process.childUserTime / hundredth)
    values[3] = Int64(process.childSystemTime / hundredth)
    if !out.isNull { try out.store(values) }
    return Int(Clock.monotonic() / hundredth)
  }

  static func prlimit(
    _ caller: Thread, _ pid: Int32, _ resource: Int32, _ new: UserPointer<ResourceLimit>,
    _ old: UserPointer<ResourceLimit>
  ) throws(Errno) -> Int {
    guard resource >= 0, resource < Int32(ResourceLimits.count) else { throw .EINVAL }
    guard pid == 0 || pid == caller.process.pid else { throw .ESRCH }
    let index = Int(resource)
    let previous = caller.process.limits[index]
    if !new.isNull {
      let limit = try new.load()
      guard limit.soft <= limit.hard else { throw .EINVAL }
      guard limit.hard <= previous.hard || caller.process.credentials.euid == 0 else { throw .EPERM }
      try caller.process.setLimit(index, limit)
    }
    if !old.isNull { try old.store(previous) }
    return 0
  }
}

extension Process {
  func setLimit(_ index: Int, _ limit: ResourceLimit) throws(Errno) {
    if index == ResourceLimits.files {
      guard limit.hard <= UInt64(FileTable.maximumCapacity) else { throw .EPERM }
      files.limit = Int(limit.soft)
    }
    if index == ResourceLimits.fileSize { files.fileSizeLimit = Int64(min(limit.soft, UInt64(Int64.max))) }
    limits[index] = limit
  }
}

extension UInt64 {
  func addingSaturated(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
