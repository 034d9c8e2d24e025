// Sending signals (kill(2), signal(7)). Delivery is in SignalDelivery.swift.
//
// A signal is added to a pending set under the `signals` lock of the target, and a thread that takes it is told
// (`needsAttention`) and woken. Locks: whoever sends to a process or to another thread holds `process_table`, which
// keeps its threads where they are; a thread needs no lock to signal itself.

import CMachine
import KernelCore
import LinuxABI
import Synchronization

enum Signals {
  /// Sends to a process: a thread that does not block it takes it. Returns false when the queue of a real-time signal
  /// is full.
  @discardableResult
  static func send(_ info: SignalInfo, to process: Process) -> Bool {
    post(info, to: process, thread: nil)
  }

  /// Sends to one thread.
  @discardableResult
  static func send(_ info: SignalInfo, to thread: Thread) -> Bool {
    post(info, to: thread.process, thread: thread)
  }

  /// Sends to every process of a group. Returns how many there are.
  @discardableResult
  static func send(_ info: SignalInfo, toGroup group: Int32) -> Int {
    var count = 0
    for process in ProcessTable.processes where process.group == group && process.end == nil {
      send(info, to: process)
      count += 1
    }
    return count
  }

  /// A fault of the thread itself: cannot be blocked or ignored.
  static func force(_ info: SignalInfo, on thread: Thread) {
    let signal = info.signal
    thread.process.actions.lock.withLock {
      if thread.mask.contains(signal) || thread.process.actions[signal].isIgnored {
        thread.process.actions[signal] = SignalAction()
        thread.mask.remove(signal)
      }
      _ = thread.pending.add(info, limit: .max)
    }
    thread.needsAttention = true
  }

  /// Signals of the process that wait while the thread that was to take them has blocked them, or has gone: another
  /// thread takes them. Lock: `process_table` held.
  static func retarget(_ process: Process) {
    process.actions.lock.withLock {
      for thread in process.threads where process.pending.set.bits & ~thread.mask.bits != 0 { alert(thread) }
    }
  }

  private static func post(_ info: SignalInfo, to process: Process, thread: Thread?) -> Bool {
    let signal = info.signal
    let nominal = thread ?? process.leader
    guard process.end == nil, process.pid != 0, !process.isKernel else { return true }
    if signal == .continue || SignalSet.stopping.contains(signal) { cancelOpposite(signal, process) }
    let isPosted = process.actions.lock.withLock {
      let isBlocked = nominal?.mask.contains(signal) ?? false
      if process.actions.ignores(signal), !isBlocked { return true }
      if isProtectedInit(process, signal) { return true }
      let limit = process.limits[ResourceLimits.pendingSignals].soft
      guard thread.map({ $0.pending.add(info, limit: limit) }) ?? process.pending.add(info, limit: limit) else {
        return false
      }
      if let taker = thread ?? process.threads.first(where: { $0.takes(signal) }), taker.takes(signal) {
        if signal == .kill { Scheduler.resume(taker) }
        alert(taker)
      }
      return true
    }
    // Only now: the process must find this signal beside those that were sent before.
    if signal == .continue, process.isStopped { resume(process) }
    process.actions.signalQueue.wakeAll()
    return isPosted
  }

  private static func alert(_ thread: Thread) {
    thread.needsAttention = true
    Scheduler.wake(thread)
    Scheduler.kick(thread)
  }

  /// The first process takes only signals it has handlers for (kill(2), notes).
  private static func isProtectedInit(_ process: Process, _ signal: Signal) -> Bool {
    process.pid == 1 && process.actions[signal].isDefault
  }

  /// SIGCONT undoes pending stops; a stop signal undoes a pending SIGCONT.
  private static func cancelOpposite(_ signal: Signal, _ process: Process) {
    let opposite: SignalSet = signal == .continue ? .stopping : SignalSet(.continue)
    process.actions.lock.withLock {
      process.pending.discard(opposite)
      for thread in process.threads { thread.pending.discard(opposite) }
    }
  }

  private static func resume(_ process: Process) {
    process.isStopped = false
    setChange(.continued, of: process)
    for thread in process.threads { Scheduler.resume(thread) }
    notifyParent(of: process, code: 6, status: Signal.continue.rawValue)
  }

  /// What the parent's wait has yet to report. Lock: `process_table`.
  static func setChange(_ change: WaitStatus, of process: Process) {
    guard let parent = process.parent else { return process.unreportedChange = change }
    parent.lock.withLock { process.unreportedChange = change }
  }

  /// SIGCHLD for a child that stopped or continued, and a wake-up for wait.
  static func notifyParent(of process: Process, code: Int32, status: Int32) {
    guard let parent = process.parent else { return }
    if !parent.actions[.child].flags.contains(.noChildStop) {
      let uid = process.credentials.uid
      send(SignalInfo(.child, code: code, pid: process.pid, uid: uid, status: status), to: parent)
    }
    parent.childEvent.wakeAll()
  }
}

extension Thread {
  /// True when a signal waits that this thread does not block, or when it is to end.
  var hasDeliverableSignal: Bool {
    isKilled || (pending.set.bits | process.pending.set.bits) & ~mask.bits != 0
  }

  /// Whether a signal that is sent now is for this thread to take. Lock: `signals`.
  func takes(_ signal: Signal) -> Bool {
    guard !isExiting else { return false }
    return !mask.contains(signal) || signal.isUnstoppable || awaited.contains(signal)
  }

  /// Changes the mask; what it lets through is delivered before the thread returns to user mode.
  func setMask(_ new: SignalSet) {
    let waiting = process.actions.lock.withLock {
      mask = SignalSet(bits: new.bits & ~SignalSet.unstoppable.bits)
      return SignalSet(bits: pending.set.bits | process.pending.set.bits)
    }
    if waiting.isEmpty { return }
    if waiting.bits & ~mask.bits != 0 { needsAttention = true }
    if process.isMultithreaded { ProcessTable.lock.withLock { Signals.retarget(process) } }
  }

  /// Sends the thread a signal of the kernel's own: SIGPIPE, SIGXFSZ.
  func raise(_ number: Int32) {
    guard let signal = Signal(number: number) else { return }
    Signals.send(SignalInfo(signal, code: SignalInfo.kernel), to: self)
  }
}
