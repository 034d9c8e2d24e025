// Sending signals: kill(2), tgkill(2), rt_sigqueueinfo(2).

import KernelCore
import LinuxABI

extension Syscalls {
  /// kill(2). Signal 0 only checks.
  static func kill(_ caller: Thread, _ pid: Int32, _ number: Int32) throws(Errno) -> Int {
    let signal = try checkedSignal(number)
    return try ProcessTable.lock.withLock { () throws(Errno) in
      switch pid {
      case 1...:
        guard let target = ProcessTable.process(pid) else { throw .ESRCH }
        try send(signal, to: target, from: caller)
      case 0: try sendToAll(signal, from: caller) { $0.group == caller.process.group }
      case -1: try sendToAll(signal, from: caller) { $0.pid > 1 && $0 !== caller.process }
      default: try sendToAll(signal, from: caller) { $0.group == 0 &- pid }
      }
      return 0
    }
  }

  private static func checkedSignal(_ number: Int32) throws(Errno) -> Signal? {
    if number == 0 { return nil }
    guard let signal = Signal(number: number) else { throw .EINVAL }
    return signal
  }

  private static func send(_ signal: Signal?, to target: Process, from caller: Thread) throws(Errno) {
    guard mayKill(target, caller.process, signal) else { throw .EPERM }
    guard let signal else { return }
    Signals.send(userInfo(signal, SignalInfo.user, caller), to: target)
  }

  private static func sendToAll(
    _ signal: Signal?, from caller: Thread, _ matches: (Process) -> Bool
  ) throws(Errno) {
    var found = false
    var allowed = false
    for process in ProcessTable.processes where process.end == nil && matches(process) {
      found = true
      guard mayKill(process, caller.process, signal) else { continue }
      allowed = true
      if let signal { Signals.send(userInfo(signal, SignalInfo.user, caller), to: process) }
    }
    guard found else { throw .ESRCH }
    guard allowed else { throw .EPERM }
  }

  private static func mayKill(_ target: Process, _ caller: Process, _ signal: Signal?) -> Bool {
    let mine = caller.credentials!
    let theirs = target.credentials!
    if mine.euid == 0 || mine.euid == theirs.suid || mine.euid == theirs.uid { return true }
    if mine.uid == theirs.suid || mine.uid == theirs.uid { return true }
    return signal == .continue && caller.session == target.session
  }

  private static func userInfo(_ signal: Signal, _ code: Int32, _ caller: Thread) -> SignalInfo {
    SignalInfo(signal, code: code, pid: caller.process.pid, uid: caller.process.credentials.uid)
  }

  /// tgkill(2), and tkill(2) with `group` nil.
  static func tgkill(_ caller: Thread, _ group: Int32?, _ tid: Int32, _ number: Int32) throws(Errno) -> Int {
    guard tid > 0, group.map({ $0 > 0 }) ?? true else { throw .EINVAL }
    let signal = try checkedSignal(number)
    return try ProcessTable.lock.withLock { () throws(Errno) in
      guard let target = ProcessTable.thread(tid), group == nil || target.process.pid == group else { throw .ESRCH }
      guard mayKill(target.process, caller.process, signal) else { throw .EPERM }
      if let signal { Signals.send(userInfo(signal, SignalInfo.threadKill, caller), to: target) }
      return 0
    }
  }

  /// rt_sigqueueinfo(2): a signal with a value of the sender's.
  static func sigqueue(
    _ caller: Thread, _ pid: Int32, _ number: Int32, _ info: UserPointer<SignalInfo>
  ) throws(Errno) -> Int {
    let info = try queued(caller, info, number, isOwn: pid == caller.process.pid)
    let signal = try checkedSignal(number)
    return try ProcessTable.lock.withLock { () throws(Errno) in
      guard let target = ProcessTable.process(pid) else { throw .ESRCH }
      guard mayKill(target, caller.process, signal) else { throw .EPERM }
      if signal != nil, !Signals.send(info, to: target) { throw .EAGAIN }
      return 0
    }
  }

  /// rt_tgsigqueueinfo(2).
  static func tgsigqueue(
    _ caller: Thread, _ group: Int32, _ tid: Int32, _ number: Int32, _ info: UserPointer<SignalInfo>
  ) throws(Errno) -> Int {
    guard group > 0, tid > 0 else { throw .EINVAL }
    let info = try queued(caller, info, number, isOwn: tid == caller.tid)
    let signal = try checkedSignal(number)
    return try ProcessTable.lock.withLock { () throws(Errno) in
      guard let target = ProcessTable.thread(tid), target.process.pid == group else { throw .ESRCH }
      guard mayKill(target.process, caller.process, signal) else { throw .EPERM }
      if signal != nil, !Signals.send(info, to: target) { throw .EAGAIN }
      return 0
    }
  }

  /// Nobody may pretend to be the kernel, or kill, towards others.
  private static func queued(
    _ caller: Thread, _ pointer: UserPointer<SignalInfo>, _ number: Int32, isOwn: Bool
  ) throws(Errno) -> SignalInfo {
    var info = try pointer.load()
    if info.code >= 0 || info.code == SignalInfo.threadKill, !isOwn { throw .EPERM }
    // A timer's code would start one of the program's timers: what looks like that came from the program.
    if info.code == SignalInfo.timer { info.code = SignalInfo.queue }
    info.number = number
    return info
  }
}
