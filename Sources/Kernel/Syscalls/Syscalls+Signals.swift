// Signals: actions, masks, sending, the alternate stack.

import CMachine
import KernelCore
import LinuxABI

extension Syscalls {
  /// rt_sigaction(2).
  static func sigaction(
    _ caller: Thread, _ number: Int32, _ new: UserPointer<SignalAction>, _ old: UserPointer<SignalAction>, _ size: UInt
  ) throws(Errno) -> Int {
    guard size == 8, let signal = Signal(number: number) else { throw .EINVAL }
    // The new action is read before the lock and the old one written after it: one acquisition, no fault inside.
    var replacement: SignalAction? = nil
    if !new.isNull {
      guard !signal.isUnstoppable else { throw .EINVAL }
      replacement = try new.load()
      replacement!.mask = SignalSet(bits: replacement!.mask.bits & ~SignalSet.unstoppable.bits)
    }
    let process = caller.process
    if apus_key_switch_sigaction_two_locks() { process.actions.touchLock() }
    let previous = process.actions.lock.withLock {
      let previous = process.actions[signal]
      if let replacement {
        process.actions[signal] = replacement
      }
      return previous
    }
    if replacement != nil, process.actions.ignores(signal) { discardPending(signal, caller) }
    if !old.isNull { try old.store(previous) }
    return 0
  }

  /// What is pending of a signal that is ignored from now on will never be seen.
  private static func discardPending(_ signal: Signal, _ caller: Thread) {
    let process = caller.process
    let mayBePending = process.pending.set.bits | caller.pending.set.bits
    guard process.threads.count > 1 || SignalSet(bits: mayBePending).contains(signal) else { return }
    ProcessTable.lock.withLock {
      process.actions.lock.withLock {
        process.pending.discard(SignalSet(signal))
        for thread in process.threads { thread.pending.discard(SignalSet(signal)) }
      }
    }
  }

  /// rt_sigprocmask(2).
  static func sigprocmask(
    _ caller: Thread, _ how: Int32, _ new: UserPointer<SignalSet>, _ old: UserPointer<SignalSet>, _ size: UInt
  ) throws(Errno) -> Int {
    guard size == 8 else { throw .EINVAL }
    let previous = caller.mask
    if !new.isNull {
      let set = try new.load()
      switch how {
      case 0: caller.setMask(SignalSet(bits: previous.bits | set.bits))
      case 1: caller.setMask(SignalSet(bits: previous.bits & ~set.bits))
      case 2: caller.setMask(set)
      default: throw .EINVAL
      }
    }
    if !old.isNull { try old.store(previous) }
    return 0
  }

  /// rt_sigreturn(2): the frame says what every register becomes.
  static func sigreturn(_ caller: Thread, _ frame: FramePointer) -> Int {
    do throws(Errno) { return Int(bitPattern: UInt(try SignalFrame.pop(caller, frame))) } catch {
      Signals.force(SignalInfo(.segmentation, code: SignalInfo.kernel), on: caller)
      return 0
    }
  }

  static func sigpending(_ caller: Thread, _ set: UserPointer<SignalSet>, _ size: UInt) throws(Errno) -> Int {
    guard size == 8 else { throw .EINVAL }
    let bits = (caller.pending.set.bits | caller.process.pending.set.bits) & caller.mask.bits
    try set.store(SignalSet(bits: bits))
    return 0
  }

  /// rt_sigsuspend(2): sleeps with another mask until a handler has run.
  static func sigsuspend(_ caller: Thread, _ set: UserPointer<SignalSet>, _ size: UInt) throws(Errno) -> Int {
    guard size == 8 else { throw .EINVAL }
    let mask = try set.load()
    caller.savedMask = caller.mask
    caller.setMask(mask)
    return try pause(caller)
  }

  static func pause(_ caller: Thread) throws(Errno) -> Int {
    do throws(Errno) {
      try caller.sleep { () throws(Errno) -> Void? in nil }
    } catch {
      throw error == .restart ? .restartIfNoHandler : error
    }
    return 0
  }

  /// sigaltstack(2).
  static func sigaltstack(
    _ caller: Thread, _ new: UserPointer<SignalStack>, _ old: UserPointer<SignalStack>, _ frame: FramePointer
  ) throws(Errno) -> Int {
    let isActive = caller.isOnSignalStack(frame.pointee.rsp)
    var previous = caller.signalStack
    previous.flags = caller.signalStackFlags(frame.pointee.rsp)
    if !new.isNull {
      var stack = try new.load()
      guard !isActive else { throw .EPERM }
      guard stack.flags & ~SignalStack.disabled == 0 || stack.flags == SignalStack.onStack else { throw .EINVAL }
      if stack.flags & SignalStack.disabled != 0 {
        stack = SignalStack()
      } else {
        guard stack.size >= SignalStack.minimumSize else { throw .ENOMEM }
        stack.flags = 0
      }
      caller.signalStack = stack
    }
    if !old.isNull { try old.store(previous) }
    return 0
  }

  // MARK: Sending

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
}
