// futex(2), set_robust_list(2), get_robust_list(2). Not there: the priority-inheriting commands, which are ENOSYS.

import KernelCore
import LinuxABI

extension Syscalls {
  static func futex(
    _ caller: Thread, _ address: UInt, _ operation: Int32, _ value: UInt32, _ timeout: UInt, _ other: UInt,
    _ value3: UInt32
  ) throws(Errno) -> Int {
    let options = FutexCommand(rawValue: operation)
    guard !options.isRealTime || options.command == FutexCommand.waitBits else { throw .ENOSYS }
    switch options.command {
    case FutexCommand.wait, FutexCommand.waitBits:
      let isAbsolute = options.command == FutexCommand.waitBits
      return try futexWait(
        caller, address, value, UserPointer(timeout), isAbsolute ? value3 : .max, options, isAbsolute: isAbsolute)
    case FutexCommand.wake, FutexCommand.wakeBits:
      let bits = options.command == FutexCommand.wakeBits ? value3 : .max
      guard bits != 0 else { throw .EINVAL }
      let word = try FutexWord(address, isPrivate: options.isPrivate, caller)
      return try Futex.wake(word, count: max(1, Int(Int32(bitPattern: value))), bits: bits)
    case FutexCommand.requeue, FutexCommand.compareRequeue, FutexCommand.wakeOperation:
      return try futexPair(
        caller, address, other, Int32(bitPattern: value), Int32(truncatingIfNeeded: timeout), value3, options)
    default: throw .ENOSYS
    }
  }

  private static func futexWait(
    _ caller: Thread, _ address: UInt, _ expected: UInt32, _ timeout: UserPointer<Timespec>, _ bits: UInt32,
    _ options: FutexCommand, isAbsolute: Bool
  ) throws(Errno) -> Int {
    let wanted = try futexDeadline(timeout, isAbsolute: isAbsolute, isRealTime: options.isRealTime)
    guard bits != 0 else { throw .EINVAL }
    let word = try FutexWord(address, isPrivate: options.isPrivate, caller)
    let deadline = caller.takeResumeDeadline() ?? wanted
    do throws(Errno) {
      try Futex.wait(word, expected: expected, bits: bits, deadline: deadline, caller: caller)
    } catch {
      guard error == .restart, deadline != nil else { throw error }
      caller.resumeDeadline = deadline
      throw .restartIfNoHandler
    }
    return 0
  }

  /// The commands on two words; the fourth argument is a count there.
  private static func futexPair(
    _ caller: Thread, _ address: UInt, _ other: UInt, _ first: Int32, _ second: Int32, _ value3: UInt32,
    _ options: FutexCommand
  ) throws(Errno) -> Int {
    let word = try FutexWord(address, isPrivate: options.isPrivate, caller)
    let target = try FutexWord(other, isPrivate: options.isPrivate, caller)
    if options.command == FutexCommand.wakeOperation {
      guard let operation = FutexOperation(value3) else { throw .ENOSYS }
      return try Futex.wakeOperation(word, wake: Int(first), target, wakeOther: Int(second), operation)
    }
    guard first >= 0, second >= 0 else { throw .EINVAL }
    let expected = options.command == FutexCommand.compareRequeue ? value3 : nil
    return try Futex.requeue(word, wake: Int(first), move: Int(second), to: target, expected: expected)
  }

  private static func futexDeadline(
    _ timeout: UserPointer<Timespec>, isAbsolute: Bool, isRealTime: Bool
  ) throws(Errno) -> UInt64? {
    guard !timeout.isNull else { return nil }
    guard let time = try timeout.load().duration else { throw .EINVAL }
    if !isAbsolute { return Clock.monotonic().addingSaturated(time) }
    let offset = isRealTime ? Clock.wallOffset : 0
    return time > offset ? time - offset : 0
  }

  static func setRobustList(_ caller: Thread, _ head: UInt, _ length: UInt) throws(Errno) -> Int {
    guard length == 24 else { throw .EINVAL }
    caller.robustList = head
    return 0
  }

  static func getRobustList(
    _ caller: Thread, _ tid: Int32, _ head: UserPointer<UInt>, _ length: UserPointer<UInt>
  ) throws(Errno) -> Int {
    let list = try ProcessTable.lock.withLock { () throws(Errno) in
      guard let thread = tid == 0 ? caller : ProcessTable.thread(tid) else { throw .ESRCH }
      guard mayInspect(thread.process, caller.process) else { throw .EPERM }
      return thread.robustList
    }
    try length.store(24)
    try head.store(list)
    return 0
  }

  /// ptrace(2), "Ptrace access mode checking", without capabilities but root's.
  static func mayInspect(_ target: Process, _ caller: Process) -> Bool {
    let mine = caller.credentials!
    let theirs = target.credentials!
    if target === caller || mine.euid == 0 { return true }
    return mine.uid == theirs.uid && mine.uid == theirs.euid && mine.uid == theirs.suid
  }
}
