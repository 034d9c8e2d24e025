// What /proc shows, taken from the process table. Each question is answered under `process_table`; what is handed out
// is retained, so that it outlives its process.

import CMachine
import KernelCore
import LinuxABI

final class KernelInspector: ProcessInspector {
  /// Clock ticks as programs see them: USER_HZ is 100.
  private static let nanosecondsPerTick: UInt64 = 10_000_000

  override func currentProcess() -> Int32 { Thread.current.process.pid }

  override func nextProcess(from first: Int32) -> Int32? {
    ProcessTable.lock.withLock {
      var best: Int32?
      for process in ProcessTable.processes where process.pid >= max(first, 1) && process.pid < best ?? .max {
        best = process.pid
      }
      return best
    }
  }

  override func executable(_ pid: Int32) -> Inode? { find(pid)?.executable?.inode }
  override func context(_ pid: Int32) -> FilesystemContext? { find(pid)?.filesystem }
  override func files(_ pid: Int32) -> FileTable? { find(pid)?.files }

  private func find(_ pid: Int32) -> Process? {
    guard pid > 0 else { return nil }
    return ProcessTable.lock.withLock { ProcessTable.process(pid) }
  }

  // MARK: One process

  override func details(_ pid: Int32) -> ProcessDetails? {
    guard let process = find(pid) else { return nil }
    var result = ProcessDetails()
    result.pid = pid
    result.name = process.name.bytes
    fillFamily(process, &result)
    fillIDs(process.credentials, &result)
    fillUsage(process, &result)
    fillSignals(process, &result)
    result.umask = process.filesystem?.umask.rawValue ?? 0
    result.openFileSlots = process.files?.size ?? 0
    return result
  }

  private func fillFamily(_ process: Process, _ result: inout ProcessDetails) {
    ProcessTable.lock.withLock {
      result.parent = process.parent?.pid ?? 0
      result.group = process.group
      result.session = process.session
      result.threadCount = max(1, process.threads.count)
      result.state = Self.state(of: process)
      result.processor = Int32(process.leader?.cpu.index ?? 0)
      for thread in process.threads { result.voluntarySwitches &+= thread.switchCount }
    }
    guard let terminal = ConsoleTerminal.terminal(ofSession: process.session) else { return }
    result.terminal = terminal.device
    result.foregroundGroup = terminal.foregroundGroup
  }

  private static func state(of process: Process) -> UInt8 {
    if process.end != nil { return UInt8(ascii: "Z") }
    if process.isStopped { return UInt8(ascii: "T") }
    for thread in process.threads where thread.state == .running { return UInt8(ascii: "R") }
    return UInt8(ascii: "S")
  }

  private func fillIDs(_ credentials: Credentials, _ result: inout ProcessDetails) {
    (result.uid, result.euid, result.suid, result.fsuid) =
      (credentials.uid, credentials.euid, credentials.suid, credentials.fsuid)
    (result.gid, result.egid, result.sgid, result.fsgid) =
      (credentials.gid, credentials.egid, credentials.sgid, credentials.fsgid)
    result.groups = credentials.groups
  }

  private func fillUsage(_ process: Process, _ result: inout ProcessDetails) {
    result.userTicks = process.userTime / Self.nanosecondsPerTick
    result.systemTicks = process.systemTime / Self.nanosecondsPerTick
    result.childUserTicks = process.childUserTime / Self.nanosecondsPerTick
    result.childSystemTicks = process.childSystemTime / Self.nanosecondsPerTick
    result.startTicks = process.startTime / Self.nanosecondsPerTick
    result.minorFaults = UInt64(max(0, process.faultCount))
    guard let space = process.addressSpace else { return }
    result.residentPages = UInt64(max(0, space.residentCount))
    space.lock.withLock {
      for area in space.areas {
        result.virtualBytes += UInt64(area.end - area.start)
        if area.growsDown { result.stackStart = UInt64(area.end) }
      }
    }
  }

  private func fillSignals(_ process: Process, _ result: inout ProcessDetails) {
    process.actions.lock.withLock {
      result.pendingSignals = process.pending.set.bits
      result.blockedSignals = process.leader?.mask.bits ?? 0
      for number in Int32(1)...64 {
        guard let signal = Signal(number: number) else { continue }
        let action = process.actions[signal]
        if action.isIgnored { result.ignoredSignals |= 1 << UInt64(number - 1) }
        if !action.isIgnored && !action.isDefault { result.caughtSignals |= 1 << UInt64(number - 1) }
      }
    }
  }

  // MARK: Memory of a process

  override func appendArguments(_ pid: Int32, to text: inout TextBuffer) {
    guard let process = find(pid) else { return }
    append(process.argumentRange, of: process, to: &text)
  }

  override func appendEnvironment(_ pid: Int32, to text: inout TextBuffer) {
    guard let process = find(pid) else { return }
    append(process.environmentRange, of: process, to: &text)
  }

  /// Bytes of another process's memory, page by page; what is not there now is left out.
  private func append(_ range: (start: UInt, end: UInt), of process: Process, to text: inout TextBuffer) {
    guard let space = process.addressSpace else { return }
    var address = range.start
    while address < range.end {
      let stop = min(range.end, (address & ~UInt(pageSize - 1)) + UInt(pageSize))
      let page = space.lock.withLock {
        let entry = space.table.entry(for: address)?.pointee
        let frame = entry.flatMap { $0.isPresent ? $0.frame : nil }
        if let frame { Frames.retain(frame) }
        return frame
      }
      if let page {
        let start = page.pointer + Int(address & UInt(pageSize - 1))
        text.append(UnsafeRawBufferPointer(start: start, count: Int(stop - address)))
        Frames.release(page)
      }
      address = stop
    }
  }

  override func forEachMapping(_ pid: Int32, _ body: (MappingDetails) -> Void) {
    guard let space = find(pid)?.addressSpace else { return }
    // The text names files, which takes directory locks: not under the address space's.
    for area in space.lock.withLock({ space.areas }) { body(Self.details(of: area)) }
  }

  private static func details(of area: Area) -> MappingDetails {
    var result = MappingDetails()
    (result.start, result.end) = (UInt64(area.start), UInt64(area.end))
    result.isReadable = area.protection.contains(.read)
    result.isWritable = area.protection.contains(.write)
    result.isExecutable = area.protection.contains(.execute)
    result.isShared = area.isShared
    result.offset = area.file == nil ? 0 : area.offset
    result.inode = area.file?.inode
    if area.isHeap { result.kind = .heap }
    if area.growsDown { result.kind = .stack }
    return result
  }

  // MARK: The machine

  override func system() -> SystemDetails {
    var result = SystemDetails()
    result.totalBytes = UInt64(Frames.totalCount * pageSize)
    result.freeBytes = UInt64(Frames.freeCount * pageSize)
    result.uptimeTicks = Clock.monotonic() / Self.nanosecondsPerTick
    result.bootSeconds = Clock.wallOffset / Clock.nanosecondsPerSecond
    result.cpuCount = CPU.all.count
    for cpu in CPU.all { result.idleTicks += Clock.nanoseconds(ofTicks: cpu.idleTicks) / Self.nanosecondsPerTick }
    result.cpuMegahertz = Clock.ticksPerSecond / 1_000_000
    result.forks = UInt64(ProcessTable.forkCount)
    fillCounts(&result)
    return result
  }

  private func fillCounts(_ result: inout SystemDetails) {
    ProcessTable.lock.withLock {
      result.running = 0
      result.processes = ProcessTable.processes.count
      for process in ProcessTable.processes {
        if Self.state(of: process) == UInt8(ascii: "R") { result.running += 1 }
        result.lastPID = max(result.lastPID, process.pid)
        result.userTicks += process.userTime / Self.nanosecondsPerTick
        result.systemTicks += process.systemTime / Self.nanosecondsPerTick
        for thread in process.threads { result.contextSwitches &+= thread.switchCount }
      }
    }
  }

  override func appendHostName(to text: inout TextBuffer) { text.append(SystemName.field(1)) }
}
