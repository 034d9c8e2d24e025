// Delivering signals: what happens to a thread that is about to return to user mode with something pending.

import CMachine
import KernelCore
import LinuxABI
import Synchronization

enum SignalDelivery {
  /// Handles everything deliverable. Returns with the frame ready for user mode, or with the thread marked exiting.
  static func deliver(to thread: Thread, _ frame: FramePointer) {
    thread.needsAttention = false
    var isRestartPending = frame.pointee.isSystemCall
    while !thread.isKilled, let (info, action) = takeNext(thread) {
      if action.isIgnored { continue }
      if action.isDefault {
        applyDefault(info.signal, thread)
        continue
      }
      if isRestartPending { finishInterruptedCall(frame, handlerRestarts: action.flags.contains(.restart), thread) }
      isRestartPending = false
      if !SignalFrame.push(info, action, thread, frame) {
        Signals.force(SignalInfo(.segmentation, code: SignalInfo.kernel), on: thread)
      }
    }
    if isRestartPending { restartCall(frame) }
    restoreMask(thread)
    if thread.isKilled { thread.needsAttention = true }
  }

  /// The next signal to deliver with its action, synchronous ones first.
  private static func takeNext(_ thread: Thread) -> (SignalInfo, SignalAction)? {
    let process = thread.process
    return process.actions.lock.withLock {
      let ready = SignalSet(bits: (thread.pending.set.bits | process.pending.set.bits) & ~thread.mask.bits)
      let urgent = SignalSet(bits: ready.bits & SignalSet.synchronous.bits)
      guard let signal = ready.contains(.kill) ? .kill : urgent.first ?? ready.first else { return nil }
      let info = take(signal, for: thread)
      let action = process.actions[signal]
      if action.flags.contains(.resetHandler), !action.isIgnored { process.actions[signal] = SignalAction() }
      return (info, action)
    }
  }

  /// Takes the oldest entry of a pending signal, the thread's own before the process's. A POSIX timer's starts the
  /// timer again. Lock: `signals`.
  static func take(_ signal: Signal, for thread: Thread) -> SignalInfo {
    let process = thread.process
    let isOwn = thread.pending.set.contains(signal)
    var info = isOwn ? thread.pending.take(signal) : process.pending.take(signal)
    if info.code == SignalInfo.timer { process.timers.noteDelivery(&info) }
    return info
  }

  private static func applyDefault(_ signal: Signal, _ thread: Thread) {
    switch signal.defaultAction {
    case .ignore, .continue: break
    case .terminate: thread.process.endAll(.signaled(signal))
    case .core: thread.process.endAll(.signaled(signal))
    case .stop: stop(signal, thread)
    }
  }

  /// Stops all threads of the process until SIGCONT. The terminal's stop signals do nothing in an orphaned group.
  private static func stop(_ signal: Signal, _ thread: Thread) {
    let process = thread.process
    let isOrphaned = ProcessTable.lock.withLock { ProcessGroups.isOrphaned(process.group) }
    if signal != .stop, isOrphaned { return }
    ProcessTable.lock.withLock {
      guard !process.isStopped else { return }
      process.isStopped = true
      Signals.setChange(.stopped(signal), of: process)
      for other in process.threads where other !== thread {
        other.needsAttention = true
        Scheduler.kick(other)
      }
      Signals.notifyParent(of: process, code: 5, status: signal.rawValue)
    }
    stopHere(thread)
  }

  /// Waits for SIGCONT or the end. A continue between the look and the switch finds the thread marked as stopped.
  static func stopHere(_ thread: Thread) {
    while true {
      thread.state = .stopped
      atomicMemoryFence(ordering: .sequentiallyConsistent)
      guard thread.process.isStopped, !thread.hasFatalSignal else { break }
      Scheduler.yield()
    }
    thread.state = .running
  }

  // MARK: Interrupted system calls (signal(7), "Interruption of system calls")

  private static func finishInterruptedCall(_ frame: FramePointer, handlerRestarts: Bool, _ thread: Thread) {
    thread.resumeDeadline = nil
    switch Int64(bitPattern: frame.pointee.rax) {
    case -512 where handlerRestarts: rewind(frame)
    case -512, -514: frame.pointee.rax = UInt64(bitPattern: Int64(-Errno.EINTR.rawValue))
    default: break
    }
  }

  /// No handler ran: the call starts again as if nothing had happened.
  private static func restartCall(_ frame: FramePointer) {
    let result = Int64(bitPattern: frame.pointee.rax)
    if result == -512 || result == -514 { rewind(frame) }
  }

  private static func rewind(_ frame: FramePointer) {
    frame.pointee.rax = frame.pointee.error
    frame.pointee.rip &-= 2
  }

  private static func restoreMask(_ thread: Thread) {
    guard let mask = thread.savedMask else { return }
    thread.savedMask = nil
    thread.setMask(mask)
  }
}
