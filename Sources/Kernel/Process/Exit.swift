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
        Scheduler.kick(thread)
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
    // The last thread frees the memory: no other may still be running on it, not even in the kernel.
    usage.residentPages = Int64(process.addressSpace?.residentCount ?? 0)
    if process.threads.count > 1 { CPU.current.load(nil) }
    let isLast = ProcessTable.lock.withLock {
      let isLast = process.threads.count == 1
      process.threads.removeAll { $0 === self }
      process.endedUsage.add(usage)
      ProcessTable.remove(self)
      if !isLast { Signals.retarget(process) }
      return isLast
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
    let ticks = CommandCost.ticks(of: self)
    let files = Probes.exitFiles.begin(Thread.current)
    dropFiles()
    Probes.exitFiles.end(files, Thread.current)
    let memory = Probes.exitMemory.begin(Thread.current)
    releaseMemory()
    Probes.exitMemory.end(memory, Thread.current)
    if session == pid { terminal?.releaseSession(session) }
    let reaped = ProcessTable.lock.withLock { becomeZombie(status) }
    InitProcess.noteEnd(of: self, status, ticks: ticks)
    if let reaped { Reaper.add(reaped) }
  }

  /// Dropped with no lock held: closing files takes theirs.
  private func dropFiles() {
    var dropped: (FileTable?, FilesystemContext?, OpenFile?) = (nil, nil, nil)
    if apus_key_switch_irq_locks(), let files { Legacy.lockWithoutInterrupts(files) }
    lock.withLock {
      dropped = (files, filesystem, executable)
      files = nil
      filesystem = nil
      executable = nil
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

  /// Lock: `process_table`. Returns itself when nobody waits for it: to be reaped at once.
  private func becomeZombie(_ status: WaitStatus) -> Process? {
    giveChildrenToInit()
    guard let parent else {
      end = status
      return nil
    }
    let action = parent.actions[.child]
    let isUnwanted = action.isIgnored || action.flags.contains(.noChildWait)
    let dropped = parent.lock.withLock { () -> Process? in
      end = status
      return isUnwanted ? parent.removeChild(self) : nil
    }
    if parent.group != group, parent.session == session { ProcessGroups.hangUpIfOrphaned(group) }
    if exitSignal != 0, let signal = Signal(number: exitSignal) {
      let code: Int32 = status.isExit ? 1 : 2
      let value = status.isExit ? status.exitCode : status.terminatingSignal
      Signals.send(SignalInfo(signal, code: code, pid: pid, uid: credentials.uid, status: value), to: parent)
    }
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

  /// Orphans are taken in; those that are zombies already get their notice there. Lock: `process_table`.
  private func giveChildrenToInit() {
    guard let initProcess = foster, initProcess !== self else { return }
    let orphans = lock.withLock {
      let orphans = children
      children = []
      return orphans
    }
    guard !orphans.isEmpty else { return }
    for child in orphans {
      child.parent = initProcess
      if child.end == nil, child.group != group, child.session == session {
        ProcessGroups.hangUpIfOrphaned(child.group)
      }
      if let signal = Signal(number: child.deathSignal), child.end == nil {
        Signals.send(SignalInfo(signal, code: SignalInfo.user, pid: pid, uid: credentials.uid), to: child)
      }
    }
    initProcess.lock.withLock { initProcess.children.append(contentsOf: orphans) }
    initProcess.childEvent.wakeAll()
  }

  /// Lock: this process's. Takes a dead child out of the family; the caller gives it to the reaper.
  func removeChild(_ child: Process) -> Process {
    if let index = children.firstIndex(where: { $0 === child }) { children.remove(at: index) }
    child.isReaped = true
    childUsage.add(child.usage)
    childUsage.add(child.childUsage)
    return child
  }
}

/// What a command cost from exec to exit: all instructions of the machine less those of an idle one.
enum CommandCost {
  static func start(_ process: Process) {
    process.execTicks = apus_rdtsc()
    process.execIdleTicks = CPU.current.idleTicks
  }

  /// TSC ticks. With several CPUs idling is not taken off: they idle at the same time.
  static func ticks(of process: Process) -> UInt64 {
    let all = apus_rdtsc() &- process.execTicks
    return CPU.isAlone ? all &- (CPU.current.idleTicks &- process.execIdleTicks) : all
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
