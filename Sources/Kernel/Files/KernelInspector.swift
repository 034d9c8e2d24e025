// What /proc shows of this kernel. Every answer is taken under the process table's lock and copied.

import CMachine
import KernelCore
import LinuxABI

final class KernelInspector: ProcessInspector {
  private static let tick: UInt64 = 10_000_000

  override func currentProcess() -> Int32 { Thread.current.process.pid }

  override func nextProcess(from first: Int32) -> Int32? {
    ProcessTable.lock.withLock {
      var best: Int32? = nil
      for process in ProcessTable.processes where process.pid >= first && !process.isReaped {
        best = min(best ?? .max, process.pid)
      }
      return best
    }
  }

  override func details(_ pid: Int32) -> ProcessDetails? {
    ProcessTable.lock.withLock { ProcessTable.process(pid).map { describe($0) } }
  }

  override func currentThread() -> Int32 { Thread.current.tid }

  override func nextThread(of pid: Int32, from first: Int32) -> Int32? {
    ProcessTable.lock.withLock {
      ProcessTable.process(pid)?.threads.lazy.map { $0.tid }.filter { $0 >= first }.min()
    }
  }

  override func details(_ pid: Int32, thread tid: Int32) -> ProcessDetails? {
    ProcessTable.lock.withLock {
      guard let process = ProcessTable.process(pid), let thread = process.threads.first(where: { $0.tid == tid })
      else { return nil }
      var result = describe(process)
      describe(thread, &result)
      return result
    }
  }

  /// What a thread has of its own.
  private func describe(_ thread: Thread, _ result: inout ProcessDetails) {
    result.thread = thread.tid
    result.name = thread.name.bytes
    if thread.process.end == nil, !thread.process.isStopped {
      result.state = UInt8(ascii: thread.state == .running ? "R" : "S")
    }
    result.userTicks = thread.usage.user / Self.tick
    result.systemTicks = thread.usage.system / Self.tick
    result.minorFaults = UInt64(thread.usage.faults)
    result.voluntarySwitches = thread.switchCount
    result.blockedSignals = thread.mask.bits
    result.pendingSignals = thread.pending.set.bits
    result.nice = Int(thread.scheduling.nice)
  }

  override func appendArguments(_ pid: Int32, to text: inout TextBuffer) {
    append(process(pid), { $0.argumentRange }, to: &text)
  }

  override func appendEnvironment(_ pid: Int32, to text: inout TextBuffer) {
    append(process(pid), { $0.environmentRange }, to: &text)
  }

  override func forEachMapping(_ pid: Int32, _ body: (MappingDetails) -> Void) {
    guard let space = process(pid)?.sharedAddressSpace else { return }
    for area in space.lock.withLock({ space.areas }) { body(Self.mapping(area)) }
  }

  override func executable(_ pid: Int32) -> Inode? { process(pid)?.sharedExecutable?.inode }
  override func context(_ pid: Int32) -> FilesystemContext? { process(pid)?.sharedFilesystem }
  override func files(_ pid: Int32) -> FileTable? { process(pid)?.sharedFiles }

  override func appendHostName(to text: inout TextBuffer) { text.append(SystemName.field(1)) }

  override func appendLockCounters(to text: inout TextBuffer) {
    for lockClass in 0..<apus_lock_class_count.rawValue {
      guard let name = apus_trace_lock_name(lockClass) else { continue }
      var index = 0
      while name[index] != 0 { index += 1 }
      text.append(UnsafeRawBufferPointer(start: name, count: index))
      text.append(":")
      let sums = CPU.lockCounters(of: lockClass)
      for column in 0..<3 {
        text.append(" ")
        text.append(Int(truncatingIfNeeded: sums[column]))
      }
      text.append("\n")
    }
  }

  /// c crashes, o and b end the machine; others are ignored.
  override func trigger(_ request: UInt8) {
    switch request {
    case UInt8(ascii: "c"): Panic.stop("sysrq")
    case UInt8(ascii: "o"), UInt8(ascii: "b"): InitProcess.endMachine()
    default: break
    }
  }

  override func system() -> SystemDetails {
    var result = SystemDetails()
    result.totalBytes = UInt64(Frames.totalCount * pageSize)
    result.freeBytes = UInt64(Frames.freeCount * pageSize)
    result.uptimeTicks = Clock.monotonic() / Self.tick
    result.bootSeconds = Clock.wallOffset / Clock.nanosecondsPerSecond
    result.cpuCount = CPU.all.count
    for cpu in CPU.all {
      result.times[cpu.index] = ProcessorTimes(
        user: cpu.userTime / Self.tick, system: cpu.systemTime / Self.tick,
        idle: Clock.nanoseconds(ofTicks: cpu.idleTicks) / Self.tick)
    }
    result.forks = UInt64(ProcessTable.forkCount)
    result.cpuMegahertz = Clock.ticksPerSecond / 1_000_000
    ProcessTable.lock.withLock { countProcesses(&result) }
    return result
  }

  private func countProcesses(_ result: inout SystemDetails) {
    result.processes = ProcessTable.processes.count
    result.lastPID = ProcessTable.lastNumber
    result.running = 0
    for process in ProcessTable.processes {
      for thread in process.threads {
        result.contextSwitches &+= thread.switchCount
        if thread.state == .running { result.running += 1 }
      }
    }
  }

  /// What `part` gives of a process, kept by the reference that is taken under the lock.
  private func find<Part>(_ pid: Int32, _ part: (Process) -> Part?) -> Part? {
    ProcessTable.lock.withLock { ProcessTable.process(pid).flatMap(part) }
  }

  private func process(_ pid: Int32) -> Process? { ProcessTable.lock.withLock { ProcessTable.process(pid) } }

  private func append(
    _ process: Process?, _ range: (Process) -> (start: UInt, end: UInt), to text: inout TextBuffer
  ) {
    guard let process, let space = process.sharedAddressSpace else { return }
    let (start, end) = range(process)
    space.forEachPresentPiece(start, end) { text.append($0) }
  }

  private static func mapping(_ area: Area) -> MappingDetails {
    var result = MappingDetails()
    result.start = UInt64(area.start)
    result.end = UInt64(area.end)
    result.isReadable = area.protection.contains(.read)
    result.isWritable = area.protection.contains(.write)
    result.isExecutable = area.protection.contains(.execute)
    result.offset = area.offset
    let isVirtualObject = area.file != nil && area.file === VirtualObject.file
    result.isShared = area.isShared && !isVirtualObject
    result.inode = isVirtualObject ? nil : area.file?.inode
    result.kind = isVirtualObject ? .vdso : area.growsDown ? .stack : area.isHeap ? .heap : .anonymous
    return result
  }

  // MARK: One process. Lock: `process_table`.

  private func describe(_ process: Process) -> ProcessDetails {
    var result = ProcessDetails()
    result.pid = process.pid
    result.parent = process.parent?.pid ?? 0
    result.group = process.group
    result.session = process.session
    result.name = process.name.bytes
    result.state = Self.state(of: process)
    result.exitSignal = process.exitSignal
    result.threadCount = max(1, process.threads.count)
    if let terminal = process.terminal {
      result.terminal = terminal.device
      result.foregroundGroup = terminal.foregroundGroup
    }
    if let leader = process.leader {
      result.nice = Int(leader.scheduling.nice)
      result.processor = Int32(leader.cpu.index)
    }
    describeTimes(process, &result)
    describeIdentity(process, &result)
    describeSignals(process, &result)
    if let space = process.sharedAddressSpace {
      result.residentPages = UInt64(space.residentCount)
      for area in space.lock.withLock({ space.areas }) { result.virtualBytes &+= UInt64(area.end - area.start) }
      result.stackStart = UInt64(process.argumentRange.start)
    }
    result.openFileSlots = process.sharedFiles?.size ?? 0
    return result
  }

  private static func state(of process: Process) -> UInt8 {
    if process.end != nil { return UInt8(ascii: "Z") }
    if process.isStopped { return UInt8(ascii: "T") }
    return process.threads.contains { $0.state == .running } ? UInt8(ascii: "R") : UInt8(ascii: "S")
  }

  private func describeTimes(_ process: Process, _ result: inout ProcessDetails) {
    let usage = process.usage
    result.userTicks = usage.user / Self.tick
    result.systemTicks = usage.system / Self.tick
    result.childUserTicks = process.childUsage.user / Self.tick
    result.childSystemTicks = process.childUsage.system / Self.tick
    result.startTicks = process.startTime / Self.tick
    result.minorFaults = UInt64(usage.faults)
    for thread in process.threads { result.voluntarySwitches &+= thread.switchCount }
  }

  private func describeIdentity(_ process: Process, _ result: inout ProcessDetails) {
    let credentials = process.credentials!
    (result.uid, result.euid) = (credentials.uid, credentials.euid)
    (result.suid, result.fsuid) = (credentials.suid, credentials.fsuid)
    (result.gid, result.egid) = (credentials.gid, credentials.egid)
    (result.sgid, result.fsgid) = (credentials.sgid, credentials.fsgid)
    result.groups = credentials.groups
    result.umask = process.sharedFilesystem?.umask.rawValue ?? 0
  }

  private func describeSignals(_ process: Process, _ result: inout ProcessDetails) {
    result.pendingSignals = process.pending.set.bits
    result.blockedSignals = process.leader?.mask.bits ?? 0
    for number: Int32 in 1...64 {
      let action = process.actions[Signal(rawValue: number)]
      if action.isIgnored { result.ignoredSignals |= 1 << UInt64(number - 1) }
      if !action.isIgnored, !action.isDefault { result.caughtSignals |= 1 << UInt64(number - 1) }
    }
  }
}

extension AddressSpace {
  /// Calls `body` with the bytes of [start, end), page by page, leaving out pages that are not there.
  func forEachPresentPiece(_ start: UInt, _ end: UInt, _ body: (UnsafeRawBufferPointer) -> Void) {
    var address = start
    while address < end {
      let stop = min(end, (address & ~4095) + 4096)
      let frame = lock.withLock { retainPage(at: address) }
      if let frame {
        body(UnsafeRawBufferPointer(start: frame.pointer + Int(address & 4095), count: Int(stop - address)))
        Frames.release(frame)
      }
      address = stop
    }
  }

  private func retainPage(at address: UInt) -> FrameNumber? {
    guard let entry = table.entry(for: address), entry.pointee.isPresent else { return nil }
    Frames.retain(entry.pointee.frame)
    return entry.pointee.frame
  }
}
