// User and group ids (credentials(7), setuid(2), setresuid(2), setgroups(2)).

import KernelCore
import LinuxABI

extension Syscalls {
  static func setuid(_ caller: Thread, _ uid: UInt32) throws(Errno) -> Int {
    let mine = caller.process.credentials!
    guard uid != .max else { throw .EINVAL }
    if mine.euid == 0 {
      (mine.uid, mine.suid) = (uid, uid)
    } else {
      guard uid == mine.uid || uid == mine.suid else { throw .EPERM }
    }
    mine.euid = uid
    mine.fsuid = uid
    return 0
  }

  static func setgid(_ caller: Thread, _ gid: UInt32) throws(Errno) -> Int {
    let mine = caller.process.credentials!
    guard gid != .max else { throw .EINVAL }
    if mine.euid == 0 {
      (mine.gid, mine.sgid) = (gid, gid)
    } else {
      guard gid == mine.gid || gid == mine.sgid else { throw .EPERM }
    }
    mine.egid = gid
    mine.fsgid = gid
    return 0
  }

  /// setresuid(2); -1 leaves an id alone.
  static func setresuid(_ caller: Thread, _ real: UInt32, _ effective: UInt32, _ saved: UInt32) throws(Errno) -> Int {
    let mine = caller.process.credentials!
    for id in [real, effective, saved] where id != .max && mine.euid != 0 {
      guard id == mine.uid || id == mine.euid || id == mine.suid else { throw .EPERM }
    }
    if real != .max { mine.uid = real }
    if effective != .max {
      mine.euid = effective
      mine.fsuid = effective
    }
    if saved != .max { mine.suid = saved }
    return 0
  }

  static func setresgid(_ caller: Thread, _ real: UInt32, _ effective: UInt32, _ saved: UInt32) throws(Errno) -> Int {
    let mine = caller.process.credentials!
    for id in [real, effective, saved] where id != .max && mine.euid != 0 {
      guard id == mine.gid || id == mine.egid || id == mine.sgid else { throw .EPERM }
    }
    if real != .max { mine.gid = real }
    if effective != .max {
      mine.egid = effective
      mine.fsgid = effective
    }
    if saved != .max { mine.sgid = saved }
    return 0
  }

  static func setreuid(_ caller: Thread, _ real: UInt32, _ effective: UInt32) throws(Errno) -> Int {
    let mine = caller.process.credentials!
    let saved = real != .max || effective != .max && effective != mine.uid
    _ = try setresuid(caller, real, effective, .max)
    if saved { mine.suid = mine.euid }
    return 0
  }

  static func setregid(_ caller: Thread, _ real: UInt32, _ effective: UInt32) throws(Errno) -> Int {
    let mine = caller.process.credentials!
    let saved = real != .max || effective != .max && effective != mine.gid
    _ = try setresgid(caller, real, effective, .max)
    if saved { mine.sgid = mine.egid }
    return 0
  }

  static func getresuid(_ caller: Thread, _ real: UInt, _ effective: UInt, _ saved: UInt) throws(Errno) -> Int {
    let mine = caller.process.credentials!
    try UserPointer<UInt32>(real).store(mine.uid)
    try UserPointer<UInt32>(effective).store(mine.euid)
    try UserPointer<UInt32>(saved).store(mine.suid)
    return 0
  }

  static func getresgid(_ caller: Thread, _ real: UInt, _ effective: UInt, _ saved: UInt) throws(Errno) -> Int {
    let mine = caller.process.credentials!
    try UserPointer<UInt32>(real).store(mine.gid)
    try UserPointer<UInt32>(effective).store(mine.egid)
    try UserPointer<UInt32>(saved).store(mine.sgid)
    return 0
  }

  static func getgroups(_ caller: Thread, _ size: Int32, _ list: UInt) throws(Errno) -> Int {
    let groups = caller.process.credentials.groups
    guard size >= 0 else { throw .EINVAL }
    if size == 0 { return groups.count }
    guard groups.count <= Int(size) else { throw .EINVAL }
    for index in groups.indices { try UserPointer<UInt32>(list).advanced(by: index).store(groups[index]) }
    return groups.count
  }

  static func setgroups(_ caller: Thread, _ size: UInt, _ list: UInt) throws(Errno) -> Int {
    guard caller.process.credentials.euid == 0 else { throw .EPERM }
    guard size <= 65536 else { throw .EINVAL }
    var groups: [UInt32] = []
    for index in 0..<Int(size) { groups.append(try UserPointer<UInt32>(list).advanced(by: index).load()) }
    caller.process.credentials.groups = groups
    return 0
  }
}
