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
    let (previous, isIgnored) = process.actions.lock.withLock {
      let previous = process.actions[signal]
      if let replacement { process.actions[signal] = replacement }
      return (previous, process.actions.ignores(signal))
    }
    if replacement != nil, isIgnored { discardPending(signal, caller) }
    if !old.isNull { try old.store(previous) }
    return 0
  }

  /// What is pending of a signal that is ignored from now on will never be seen.
  private static func discardPending(_ signal: Signal, _ caller: Thread) {
    let process = caller.process
    let mayBePending = process.pending.set.bits | caller.pending.set.bits
    guard process.isMultithreaded || SignalSet(bits: mayBePending).contains(signal) else { return }
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
    guard size <= 8 else { throw .EINVAL }
    let process = caller.process
    let bits = process.actions.lock.withLock { (caller.pending.set.bits | process.pending.set.bits) & caller.mask.bits }
    try withUnsafeBytes(of: bits) { (raw) throws(Errno) in
      try UserMemory.copyOut(raw.baseAddress!, to: set.address, count: Int(size))
    }
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
}
