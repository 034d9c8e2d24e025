// clone(2), fork(2), vfork(2): new processes and new threads.

import CMachine
import KernelCore
import LinuxABI
import Tracer

/// What clone was asked for.
struct CloneRequest {
  var flags: CloneFlags
  var stack: UInt64 = 0
  var parentTID: UInt = 0
  var childTID: UInt = 0
  var threadPointer: UInt64 = 0

  /// - Throws: EINVAL for combinations that clone(2) forbids.
  func check() throws(Errno) {
    if flags.contains(.thread), !flags.contains(.signalHandlers) { throw .EINVAL }
    if flags.contains(.signalHandlers), !flags.contains(.memory) { throw .EINVAL }
    if flags.contains(.newNamespace) { throw .EPERM }
    guard flags.isDisjoint(with: .unsupported) else { throw .EINVAL }
  }
}

enum Fork {
  /// Returns the child's number to the parent.
  /// - Throws: ENOMEM, EAGAIN, EINVAL.
  static func clone(_ request: CloneRequest, caller: Thread) throws(Errno) -> Int {
    try request.check()
    Reaper.runIfBusy()
    guard !KernelHeap.isLow else { throw .ENOMEM }
    try checkProcessLimit(caller)
    let tid = try ProcessTable.lock.withLock { () throws(Errno) in try ProcessTable.takeNumber() }
    let (process, thread) = try make(tid, request, caller)
    if request.flags.contains(.parentSetTID) { storeTID(tid, request.parentTID) }
    start(thread, request)
    if request.flags.contains(.vfork) { waitForVfork(process, caller) }
    return Int(tid)
  }

  /// The number is given back when there is no memory.
  private static func make(_ tid: Int32, _ request: CloneRequest, _ caller: Thread) throws(Errno) -> (Process, Thread) {
    do throws(Errno) {
      share(request, caller.process)
      let process = request.flags.contains(.thread) ? caller.process : try makeProcess(tid, request, caller)
      return (process, try makeThread(tid, process, request, caller))
    } catch {
      ProcessTable.lock.withLock { ProcessTable.giveBack(tid) }
      throw error
    }
  }

  /// RLIMIT_NPROC: threads of one real user id, for all but root.
  /// - Throws: EAGAIN.
  private static func checkProcessLimit(_ caller: Thread) throws(Errno) {
    let limit = caller.process.limits[ResourceLimits.processes].soft
    let uid = caller.process.credentials.uid
    guard limit != .max, uid != 0, caller.process.credentials.euid != 0 else { return }
    let count = ProcessTable.lock.withLock {
      ProcessTable.processes.reduce(0) { $0 + ($1.credentials.uid == uid ? max(1, $1.threads.count) : 0) }
    }
    guard UInt64(count) < limit else { throw .EAGAIN }
  }

  /// Tells what is about to have several users that it can no longer be read without a lock.
  private static func share(_ request: CloneRequest, _ process: Process) {
    if !request.flags.isDisjoint(with: [.thread, .files]) { process.files.isShared = true }
    if !request.flags.isDisjoint(with: [.thread, .filesystem]) { process.filesystem.isShared = true }
    if request.flags.contains(.thread) { process.isMultithreaded = true }
  }

  private static func makeProcess(_ pid: Int32, _ request: CloneRequest, _ caller: Thread) throws(Errno) -> Process {
    let parent = caller.process
    let memory = request.flags.contains(.memory) ? parent.addressSpace : try copyMemory(caller)
    let process = Process(
      pid: pid, parent: request.flags.contains(.parent) ? parent.parent : parent, addressSpace: memory,
      files: request.flags.contains(.files) ? parent.files : try copyFiles(caller),
      filesystem: request.flags.contains(.filesystem) ? parent.filesystem : parent.filesystem.fork(),
      credentials: parent.credentials.copy(),
      actions: request.flags.contains(.signalHandlers) ? parent.actions : SignalActions(copying: parent.actions),
      name: caller.name)
    if request.flags.contains(.clearHandlers) { process.actions.resetToDefault() }
    process.group = parent.group
    process.session = parent.session
    process.exitSignal = request.flags.exitSignal
    process.executable = parent.executable
    process.argumentRange = parent.argumentRange
    process.environmentRange = parent.environmentRange
    process.limits = parent.limits
    process.persona = parent.persona
    process.isDumpable = parent.isDumpable
    process.hasNoNewPrivileges = parent.hasNoNewPrivileges
    if let ticks = parent.limits.processorLimit { process.timers.setProcessorLimit(ticks) }
    process.isVforkChild = request.flags.contains(.vfork)
    return process
  }

  private static func copyMemory(_ caller: Thread) throws(Errno) -> AddressSpace? {
    let start = Probes.forkMemory.begin(caller)
    defer { Probes.forkMemory.end(start, caller) }
    return try caller.process.addressSpace?.copy()
  }

  private static func copyFiles(_ caller: Thread) throws(Errno) -> FileTable {
    let start = Probes.forkFiles.begin(caller)
    defer { Probes.forkFiles.end(start, caller) }
    return try caller.process.files.fork()
  }

  private static func makeThread(
    _ tid: Int32, _ process: Process, _ request: CloneRequest, _ caller: Thread
  ) throws(Errno) -> Thread {
    let thread = try Thread(tid: tid, process: process, cpu: caller.cpu)
    caller.saveUserState()
    thread.floatingPointState.copyMemory(from: caller.floatingPointState, byteCount: 512)
    thread.threadPointer = request.flags.contains(.setThreadPointer) ? request.threadPointer : caller.threadPointer
    thread.mask = caller.mask
    thread.affinity = caller.affinity
    thread.scheduling = caller.scheduling
    thread.timerSlack = caller.timerSlack
    thread.ownName = request.flags.contains(.thread) ? caller.name : nil
    if !request.flags.contains(.memory) || request.flags.contains(.vfork) { thread.signalStack = caller.signalStack }
    thread.userFrame.pointee = caller.userFrame.pointee
    thread.userFrame.pointee.rax = 0
    if request.stack != 0 { thread.userFrame.pointee.rsp = request.stack }
    if request.flags.contains(.childClearTID) { thread.clearTIDAddress = request.childTID }
    if request.flags.contains(.childSetTID) { thread.writeTIDAtStart = request.childTID }
    thread.prepareFirstSwitch()
    return thread
  }

  private static func start(_ thread: Thread, _ request: CloneRequest) {
    let process = thread.process
    ProcessTable.lock.withLock {
      process.threads.append(thread)
      // The end of the process, or of its other threads by exec, may have been decided meanwhile.
      if process.isDroppingThreads { thread.isExiting = true }
      if thread.isKilled { thread.needsAttention = true }
      if !request.flags.contains(.thread) {
        if let parent = process.parent { parent.lock.withLock { parent.children.append(process) } }
        ProcessTable.add(process)
      }
      ProcessTable.add(thread)
    }
    Probes.threadNamed(thread)
    Probes.threadInherits(thread, from: Thread.current)
    _ = Unmanaged.passRetained(thread)  // the scheduler's, until the reaper drops it
    Scheduler.enqueue(thread, on: thread.cpu)
  }

  private static func storeTID(_ tid: Int32, _ address: UInt) {
    do throws(Errno) { try UserPointer<Int32>(address).store(tid) } catch {}
  }

  /// The parent sleeps until the child lets go of its memory. Only its own end stops it from waiting.
  private static func waitForVfork(_ child: Process, _ caller: Thread) {
    caller.sleepThroughSignals(on: child.vforkDone) { !child.isVforkChild || caller.hasFatalSignal }
  }
}

extension Thread {
  /// A SIGKILL waits.
  var hasFatalSignal: Bool { isKilled || pending.set.contains(.kill) || process.pending.set.contains(.kill) }
}
