// Sending signals (kill(2), signal(7)). Delivery is in SignalDelivery.swift.
//
// A signal is added to a pending set under the `signals` lock of the target; then a thread that does not block it is
// told (`needsAttention`) and woken. Whoever sends to a process or a group holds `process_table`, which keeps its list
// of threads; to a thread, whoever is sure that it stays.

import CMachine
import KernelCore
import LinuxABI

enum Signals {
  /// Sends to a process: any thread that does not block it may take it.
  static func send(_ info: SignalInfo, to process: Process) {
    post(info, to: process, thread: nil)
  }

  /// Sends to one thread.
  static func send(_ info: SignalInfo, to thread: Thread) {
    post(info, to: thread.process, thread: thread)
  }

  /// Sends to every process of a group. Lock: `process_table` held. Returns how many there are.
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
      _ = thread.pending.add(info)
    }
    thread.needsAttention = true
  }

  private static func post(_ info: SignalInfo, to process: Process, thread: Thread?) {
    let signal = info.signal
    guard process.end == nil, process.pid != 0 else { return }
    if process.isKernel { return }
    applyStopAndContinue(signal, process)
    let posted = process.actions.lock.withLock {
      let isBlocked = (thread ?? process.leader)?.mask.contains(signal) ?? false
      if process.actions.ignores(signal), !isBlocked { return false }
      if isProtectedInit(process, signal) { return false }
      return thread.map { $0.pending.add(info) } ?? process.pending.add(info)
    }
    guard posted else { return }
    if let thread { return alert(thread, signal) }
    for candidate in process.threads where !candidate.mask.contains(signal) || signal == .kill {
      return alert(candidate, signal)
    }
  }

  /// The first process takes only signals it has handlers for (kill(2), notes).
  private static func isProtectedInit(_ process: Process, _ signal: Signal) -> Bool {
    process.pid == 1 && process.actions[signal].isDefault
  }

  private static func alert(_ thread: Thread, _ signal: Signal) {
    guard !thread.mask.contains(signal) || signal.isUnstoppable else { return }
    thread.needsAttention = true
    if signal == .kill { Scheduler.resume(thread) }
    Scheduler.wake(thread)
    Scheduler.kick(thread)
  }

  /// SIGCONT undoes pending stops and continues the process; a stop signal undoes a pending SIGCONT.
  private static func applyStopAndContinue(_ signal: Signal, _ process: Process) {
    if signal == .continue {
      process.actions.lock.withLock {
        process.pending.discard(.stopping)
        for thread in process.threads { thread.pending.discard(.stopping) }
      }
      if process.isStopped {
        process.isStopped = false
        setChange(.continued, of: process)
        for thread in process.threads { Scheduler.resume(thread) }
        notifyParent(of: process, code: 6, status: signal.rawValue)
      }
    } else if SignalSet.stopping.contains(signal) {
      process.actions.lock.withLock { process.pending.discard(SignalSet(.continue)) }
    }
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

  /// Changes the mask; what it lets through is delivered before the thread returns to user mode.
  func setMask(_ new: SignalSet) {
    mask = SignalSet(bits: new.bits & ~SignalSet.unstoppable.bits)
    if hasDeliverableSignal { needsAttention = true }
  }

  /// Sends the thread a signal of the kernel's own: SIGPIPE, SIGXFSZ.
  func raise(_ number: Int32) {
    guard let signal = Signal(number: number) else { return }
    Signals.send(SignalInfo(signal, code: SignalInfo.kernel), to: self)
  }
}
