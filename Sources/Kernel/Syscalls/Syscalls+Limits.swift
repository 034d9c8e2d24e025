// getrlimit(2), setrlimit(2), prlimit(2).

import KernelCore
import LinuxABI

extension Syscalls {
  /// - Throws: EPERM to raise a hard limit, or for another user's process, unless root; ESRCH, EINVAL.
  static func prlimit(
    _ caller: Thread, _ pid: Int32, _ resource: Int32, _ new: UserPointer<ResourceLimit>,
    _ old: UserPointer<ResourceLimit>
  ) throws(Errno) -> Int {
    guard resource >= 0, resource < Int32(ResourceLimits.count) else { throw .EINVAL }
    let wanted = new.isNull ? nil : try new.load()
    // Nobody has to be found for one's own.
    if pid == 0 {
      let own = try ProcessTable.lock.withLock { () throws(Errno) in
        let own = caller.process.limits[Int(resource)]
        if let wanted { try setLimit(caller.process, Int(resource), wanted, own, caller) }
        return own
      }
      if !old.isNull { try old.store(own) }
      return 0
    }
    let previous = try ProcessTable.lock.withLock { () throws(Errno) in
      guard let process = ProcessTable.process(pid), process.end == nil else { throw .ESRCH }
      guard mayLimit(process, caller.process) else { throw .EPERM }
      let previous = process.limits[Int(resource)]
      if let wanted { try setLimit(process, Int(resource), wanted, previous, caller) }
      return previous
    }
    if !old.isNull { try old.store(previous) }
    return 0
  }

  private static func mayLimit(_ target: Process, _ caller: Process) -> Bool {
    if target === caller { return true }
    let mine = caller.credentials!
    let theirs = target.credentials!
    if mine.euid == 0 { return true }
    return mine.uid == theirs.uid && mine.uid == theirs.euid && mine.uid == theirs.suid
      && mine.gid == theirs.gid && mine.gid == theirs.egid && mine.gid == theirs.sgid
  }

  private static func setLimit(
    _ process: Process, _ index: Int, _ limit: ResourceLimit, _ previous: ResourceLimit, _ caller: Thread
  ) throws(Errno) {
    guard limit.soft <= limit.hard else { throw .EINVAL }
    guard limit.hard <= previous.hard || caller.process.credentials.euid == 0 else { throw .EPERM }
    try process.setLimit(index, limit)
  }
}

extension Process {
  /// What a limit is checked against stands where it is checked. Lock: `process_table`.
  func setLimit(_ index: Int, _ limit: ResourceLimit) throws(Errno) {
    switch index {
    case ResourceLimits.files:
      guard limit.hard <= UInt64(FileTable.maximumCapacity) else { throw .EPERM }
      files?.limit = Int(limit.soft)
    case ResourceLimits.fileSize: files?.fileSizeLimit = Int64(min(limit.soft, UInt64(Int64.max)))
    case ResourceLimits.addressSpace: addressSpace?.sizeLimit = UInt(limit.soft)
    case ResourceLimits.data: addressSpace?.dataLimit = UInt(limit.soft)
    case ResourceLimits.stack: addressSpace?.stackSizeLimit = UInt(limit.soft)
    case ResourceLimits.processorTime: timers.setProcessorLimit(limit)
    default: break
    }
    limits[index] = limit
  }

  /// A new program's memory has the limits of the process.
  func applyLimits(to space: AddressSpace) {
    space.sizeLimit = UInt(limits[ResourceLimits.addressSpace].soft)
    space.dataLimit = UInt(limits[ResourceLimits.data].soft)
    space.stackSizeLimit = UInt(limits[ResourceLimits.stack].soft)
  }
}
