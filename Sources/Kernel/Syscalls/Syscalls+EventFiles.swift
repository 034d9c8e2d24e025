// timerfd_create(2) and its relatives, signalfd4(2).

import KernelCore
import LinuxABI

extension Syscalls {
  static func timerfdCreate(_ caller: Thread, _ clock: Int32, _ flags: UInt32) throws(Errno) -> Int {
    let flags = OpenFlags(rawValue: flags)
    guard flags.isSubset(of: [.closeOnExec, .nonBlocking]) else { throw .EINVAL }
    guard clock == 0 || clock == 1 || clock == 7 else { throw .EINVAL }
    let file = TimerFile(try TimerClock(clock, caller: caller), flags.intersection(.nonBlocking))
    return Int(try caller.process.files.install(file, closeOnExec: flags.contains(.closeOnExec)))
  }

  /// TFD_TIMER_CANCEL_ON_SET is taken note of by doing nothing.
  static func timerfdSettime(
    _ caller: Thread, _ descriptor: Int32, _ flags: Int32, _ new: UserPointer<IntervalTimespec>,
    _ old: UserPointer<IntervalTimespec>
  ) throws(Errno) -> Int {
    let wanted = try new.load()
    guard flags & ~3 == 0, let interval = wanted.interval.duration, let value = wanted.value.duration else {
      throw .EINVAL
    }
    let before = try timerFile(caller, descriptor).arm(
      deadline: value == 0 ? nil : value, isAbsolute: flags & timerAbsolute != 0, interval: interval)
    if !old.isNull { try old.store(IntervalTimespec(interval: before.interval, value: before.left)) }
    return 0
  }

  static func timerfdGettime(
    _ caller: Thread, _ descriptor: Int32, _ out: UserPointer<IntervalTimespec>
  ) throws(Errno) -> Int {
    let now = try timerFile(caller, descriptor).remaining()
    try out.store(IntervalTimespec(interval: now.interval, value: now.left))
    return 0
  }

  private static func timerFile(_ caller: Thread, _ descriptor: Int32) throws(Errno) -> TimerFile {
    guard let file = try caller.process.files.retained(descriptor) as? TimerFile else { throw .EINVAL }
    return file
  }

  static func signalfd(
    _ caller: Thread, _ descriptor: Int32, _ set: UserPointer<SignalSet>, _ size: UInt, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = OpenFlags(rawValue: flags)
    guard size == 8, flags.isSubset(of: [.closeOnExec, .nonBlocking]) else { throw .EINVAL }
    let wanted = SignalSet(bits: try set.load().bits & ~SignalSet.unstoppable.bits)
    guard descriptor == -1 else {
      guard let file = try caller.process.files.retained(descriptor) as? SignalFile else { throw .EINVAL }
      file.set = wanted
      caller.process.actions.signalQueue.wakeAll()
      return Int(descriptor)
    }
    let file = SignalFile(wanted, flags.intersection(.nonBlocking))
    return Int(try caller.process.files.install(file, closeOnExec: flags.contains(.closeOnExec)))
  }
}
