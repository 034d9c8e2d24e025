// The end of threads and processes, and waiting for it (exit(2), wait(2)).
//
// A thread that is to end is only marked; it leaves at its next return to user mode, from the outermost kernel frame,
// so that nothing it holds is left behind on its stack. The last thread turns the process into a zombie.

import CMachine
import KernelCore
import LinuxABI
import Tracer

extension Process {
  /// Marks the whole process to end; the first status wins.
  func endAll(_ status: WaitStatus) {
    ProcessTable.lock.withLock {
      if endingStatus == nil { endingStatus = status }
      for thread in threads {
        thread.needsAttention = true
        Scheduler.resume(thread)
        Scheduler.wake(thread)
      }
    }
  }
}

extension Thread {
  /// Takes the thread out of its process; the last one ends the process. Runs on the thread itself, which must switch
  /// away for good right after.
  func tearDown() {
    let start = Probes.exit.begin(self)
    settleWithMemory()
    Probes.threadEnded(self)
    usage.residentPages = Int64(process.addressSpace?.residentCount ?? 0)
    let isLast = ProcessTable.lock.withLock {
      process.threads.removeAll { $0 === self }
      process.endedUsage.add(usage)
      ProcessTable.remove(self)
      if !process.threads.isEmpty { Signals.retarget(process) }
      return process.threads.isEmpty
    }
    if isLast { process.finish(status) } else { process.threadGone.wakeAll() }
    Probes.exit.end(start, self)
  }
}

extension Process {
  /// The last thread is gone: give everything back, become a zombie, tell the parent.
  fileprivate func finish(_ lastStatus: WaitStatus) {
    let status = endingStatus ?? lastStatus
    timers.cancelAll()
    let ticks = apus_rdtsc() &- execTicks &- (CPU.current.idleTicks &- execIdleTicks)
    giveUpFiles()
    releaseMemory()
    if session == pid { terminal?.releaseSession(session) }
    let reaped = ProcessTable.lock.withLock { becomeZombie(status) }
    InitProcess.noteEnd(of: self, status, ticks: ticks)
    _ = reaped  // dropped here, with no lock held
  }

  /// Others look at these through /proc: they are taken away under the lock, and dropped without it.
  private func giveUpFiles() {
    let dropped = ProcessTable.lock.withLock {
      let all = (files, filesystem, executable)
      files = nil
      filesystem = nil
      executable = nil
      return all
    }
    _ = dropped
  }

  /// exec and exit let go of memory; a vfork parent may go on.
  func releaseMemory() {
    _ = replaceAddressSpace(nil)
    finishVfork()
  }

  func finishVfork() {
    guard isVforkChild else { return }
    isVforkChild = false
    vforkDone.wakeAll()
  }

  /// Lock held. Returns itself when nobody waits for it: to be dropped without the lock.
  private func becomeZombie(_ status: WaitStatus) -> Process? {
    giveChildrenToInit()
    end = status
    if let parent, parent.group != group, parent.session == session { ProcessGroups.hangUpIfOrphaned(group) }
    guard let parent else { return nil }
    let action = parent.actions[.child]
    let isUnwanted = action.isIgnored || action.flags.contains(.noChildWait)
    if exitSignal != 0, let signal = Signal(number: exitSignal) {
      let code: Int32 = status.isExit ? 1 : 2
      let value = status.isExit ? status.exitCode : status.terminatingSignal
      Signals.send(SignalInfo(signal, code: code, pid: pid, uid: credentials.uid, status: value), to: parent)
    }
    let dropped = isUnwanted ? parent.removeChild(self) : nil
    parent.childEvent.wakeAll()
    return dropped
  }

  /// Who takes in orphans: the nearest ancestor that wants to, or init.
  private var foster: Process? {
    var candidate = parent
    while let process = candidate {
      if process.isSubreaper, !process.isEnding, process.end == nil { return process }
      candidate = process.parent
    }
    return ProcessTable.initProcess
  }

  /// Orphans are taken in; those that are zombies already get their notice there.
  private func giveChildrenToInit() {
    guard let initProcess = foster, initProcess !== self else { return }
    for child in children {
      child.parent = initProcess
      if child.end == nil, child.group != group, child.session == session {
        ProcessGroups.hangUpIfOrphaned(child.group)
      }
      initProcess.children.append(child)
      if let signal = Signal(number: child.deathSignal), child.end == nil {
        Signals.send(SignalInfo(signal, code: SignalInfo.user, pid: pid, uid: credentials.uid), to: child)
      }
    }
    if !children.isEmpty {
      children = []
      initProcess.childEvent.wakeAll()
    }
  }

  /// Lock held. Takes a dead child out of the tables.
  func removeChild(_ child: Process) -> Process {
    if let index = children.firstIndex(where: { $0 === child }) { children.remove(at: index) }
    ProcessTable.remove(child)
    childUsage.add(child.usage)
    childUsage.add(child.childUsage)
    return child
  }
}

extension Scheduler {
  /// Ends the running thread: from the outermost frame of its kernel stack only. Nothing on this stack is ever
  /// released, so it holds no references.
  static func exitCurrent() -> Never {
    tearDownCurrent()
    apus_cli()
    giveToReaper()
    yield()
    Panic.stop("a dead thread ran")
  }

  @inline(never)
  private static func giveToReaper() {
    Thread.current.state = .dead
    Reaper.add(Thread.current)
  }

  @inline(never)
  private static func tearDownCurrent() { Thread.current.tearDown() }
}
