// Processes: clone, exec, exit, wait, identity, groups and sessions.

import CMachine
import KernelCore
import LinuxABI
import Tracer

extension Syscalls {
  // MARK: Birth

  /// clone(2), raw order of x86_64.
  static func clone(
    _ caller: Thread, _ flags: UInt, stack: UInt, parentTID: UInt, childTID: UInt, threadPointer: UInt
  ) throws(Errno) -> Int {
    var request = CloneRequest(flags: CloneFlags(rawValue: UInt64(flags)))
    request.stack = UInt64(stack)
    request.parentTID = parentTID
    request.childTID = childTID
    request.threadPointer = UInt64(threadPointer)
    return try fork(caller, request)
  }

  /// clone3(2): struct clone_args.
  static func clone3(_ caller: Thread, _ arguments: UInt, size: UInt) throws(Errno) -> Int {
    guard size >= 64 else { throw .EINVAL }
    guard size <= 4096 else { throw .E2BIG }
    let words = try UserPointer<InlineArray<8, UInt64>>(arguments).load()
    // flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls
    try checkCloneTail(arguments, size)
    guard words[4] <= 64, words[0] & 0xff == 0 else { throw .EINVAL }
    guard words[0] & 0x1_8000 == 0 || words[4] == 0 else { throw .EINVAL }  // CLONE_THREAD, CLONE_PARENT
    guard (words[5] == 0) == (words[6] == 0) else { throw .EINVAL }
    var request = CloneRequest(flags: CloneFlags(rawValue: words[0] | words[4]))
    request.childTID = UInt(words[2])
    request.parentTID = UInt(words[3])
    request.stack = words[5] == 0 ? 0 : words[5] &+ words[6]
    request.threadPointer = words[7]
    return try fork(caller, request)
  }

  /// Fields that Apus does not know must be 0.
  private static func checkCloneTail(_ arguments: UInt, _ size: UInt) throws(Errno) {
    var place: UInt = 64
    while place + 8 <= size {
      guard try UserPointer<UInt64>(arguments + place).load() == 0 else { throw place < 88 ? .EINVAL : .E2BIG }
      place += 8
    }
  }

  static func fork(_ caller: Thread) throws(Errno) -> Int {
    try fork(caller, CloneRequest(flags: CloneFlags(rawValue: UInt64(Signal.child.rawValue))))
  }

  static func vfork(_ caller: Thread) throws(Errno) -> Int {
    try fork(caller, CloneRequest(flags: [.memory, .vfork, CloneFlags(rawValue: UInt64(Signal.child.rawValue))]))
  }

  private static func fork(_ caller: Thread, _ request: CloneRequest) throws(Errno) -> Int {
    let start = Probes.fork.begin(caller)
    defer { Probes.fork.end(start, caller) }
    return try Fork.clone(request, caller: caller)
  }

  static func execve(
    _ caller: Thread, _ path: UInt, _ argv: UInt, _ envp: UInt, _ frame: FramePointer
  ) throws(Errno) -> Int {
    let bytes = try copyPath(path)
    let file = try bytes.withUnsafeBytesTyped { (raw) throws(Errno) in try Exec.open(Name(raw), caller: caller) }
    return try execute(caller, file, bytes, argv, envp, frame)
  }

  private static func execute(
    _ caller: Thread, _ file: OpenFile, _ path: [UInt8], _ argv: UInt, _ envp: UInt, _ frame: FramePointer
  ) throws(Errno) -> Int {
    let start = Probes.exec.begin(caller)
    defer { Probes.exec.end(start, caller) }
    try Exec.execute(file, path: path, argv: argv, envp: envp, caller: caller, frame: frame)
    return 0
  }

  private static func copyPath(_ address: UInt) throws(Errno) -> [UInt8] {
    try UserMemory.check(address, 1)
    let buffer = try RawMemory.allocate(UInt8.self, count: pageSize)
    defer { RawMemory.free(buffer) }
    let limit = min(pageSize, Int(UserMemory.end - address))
    let length = apus_user_copy_string(buffer, UnsafePointer(bitPattern: address), limit)
    guard length >= 0 else { throw .EFAULT }
    guard length < Int64(limit) else { throw .ENAMETOOLONG }
    guard length > 0 else { throw .ENOENT }
    return [UInt8](UnsafeBufferPointer(start: buffer, count: Int(length)))
  }

  // MARK: End

  /// exit(2) of one thread.
  static func exit(_ caller: Thread, _ code: Int32) -> Int {
    caller.status = .exited(code)
    caller.isExiting = true
    caller.needsAttention = true
    return 0
  }

  static func exitGroup(_ caller: Thread, _ code: Int32) -> Int {
    caller.process.endAll(.exited(code))
    return 0
  }

  static func wait4(
    _ caller: Thread, _ pid: Int32, _ status: UserPointer<Int32>, _ options: Int32, _ usage: UserPointer<ResourceUsage>
  ) throws(Errno) -> Int {
    let wanted = WaitOptions(rawValue: options)
    guard wanted.isSubset(of: [.noHang, .stopped, .continued, .ignored]) else { throw .EINVAL }
    let target = try waitTarget(pid, caller)
    let start = Probes.wait.begin(caller)
    defer { Probes.wait.end(start, caller) }
    if apus_key_switch_wait4_clear() { Legacy.clearDead() }
    guard let report = try Wait.wait(target, wanted.union(.exited), caller: caller) else { return 0 }
    if !status.isNull { try status.store(report.status.rawValue) }
    if !usage.isNull { try usage.store(report.usage) }
    return Int(report.pid)
  }

  private static func waitTarget(_ pid: Int32, _ caller: Thread) throws(Errno) -> WaitTarget {
    switch pid {
    case -1: return .any
    case 0: return .group(caller.process.group)
    case Int32.min: throw .ESRCH
    case ..<0: return .group(-pid)
    default: return .process(pid)
    }
  }

  static func waitid(
    _ caller: Thread, _ kind: Int32, _ id: Int32, _ info: UserPointer<SignalInfo>, _ options: Int32,
    _ usage: UserPointer<ResourceUsage>
  ) throws(Errno) -> Int {
    let wanted = WaitOptions(rawValue: options)
    guard wanted.isSubset(of: [.noHang, .stopped, .continued, .exited, .noWait, .ignored]),
      !wanted.isDisjoint(with: [.stopped, .continued, .exited])
    else { throw .EINVAL }
    let target: WaitTarget
    switch (kind, id) {
    case (0, _): target = .any
    case (1, 1...): target = .process(id)
    case (2, 0): target = .group(caller.process.group)
    case (2, 1...): target = .group(id)
    default: throw .EINVAL
    }
    let report = try Wait.wait(target, wanted, caller: caller)
    if !info.isNull { try storeChildInfo(report, info) }
    if let report, !usage.isNull { try usage.store(report.usage) }
    return 0
  }

  private static func storeChildInfo(_ report: WaitReport?, _ info: UserPointer<SignalInfo>) throws(Errno) {
    guard let report else { return try UserMemory.clear(info.address, count: MemoryLayout<SignalInfo>.size) }
    let status = report.status
    let code: Int32
    let value: Int32
    if status == .continued {
      (code, value) = (6, Signal.continue.rawValue)
    } else if status.rawValue & 0xff == 0x7f {
      (code, value) = (5, status.exitCode)
    } else if status.isExit {
      (code, value) = (1, status.exitCode)
    } else {
      (code, value) = (2, status.terminatingSignal)
    }
    try info.store(SignalInfo(.child, code: code, pid: report.pid, uid: report.uid, status: value))
  }

  // MARK: Identity

  @inline(__always)
  static func getpid(_ caller: Thread) -> Int { Int(caller.process.pid) }

  static func getppid(_ caller: Thread) -> Int { Int(caller.process.parent?.pid ?? 0) }

  static func getpgid(_ caller: Thread, _ pid: Int32) throws(Errno) -> Int {
    if pid == 0 { return Int(caller.process.group) }
    return try ProcessTable.lock.withLock { () throws(Errno) in
      guard let process = ProcessTable.process(pid) else { throw .ESRCH }
      return Int(process.group)
    }
  }

  static func getsid(_ caller: Thread, _ pid: Int32) throws(Errno) -> Int {
    if pid == 0 { return Int(caller.process.session) }
    return try ProcessTable.lock.withLock { () throws(Errno) in
      guard let process = ProcessTable.process(pid) else { throw .ESRCH }
      return Int(process.session)
    }
  }

  static func setpgid(_ caller: Thread, _ pid: Int32, _ group: Int32) throws(Errno) -> Int {
    try ProcessTable.lock.withLock { () throws(Errno) in
      try ProcessGroups.set(pid, to: group, by: caller.process)
      return 0
    }
  }

  static func setsid(_ caller: Thread) throws(Errno) -> Int {
    try ProcessTable.lock.withLock { () throws(Errno) in Int(try ProcessGroups.startSession(caller.process)) }
  }

  static func setTIDAddress(_ caller: Thread, _ address: UInt) -> Int {
    caller.clearTIDAddress = address
    return Int(caller.tid)
  }

  /// arch_prctl(2).
  static func archPrctl(_ caller: Thread, _ code: Int32, _ address: UInt) throws(Errno) -> Int {
    switch code {
    case 0x1002:  // ARCH_SET_FS
      guard address < UserMemory.end else { throw .EPERM }
      caller.threadPointer = UInt64(address)
      Features.setThreadPointer(UInt64(address))
    case 0x1003: try UserPointer<UInt64>(address).store(caller.threadPointer)  // ARCH_GET_FS
    default: throw .EINVAL
    }
    return 0
  }
}
