// stat(2), statx(2), statfs(2), access(2).

import KernelCore
import LinuxABI
import Tracer

extension Syscalls {
  static func stat(_ caller: Thread, _ path: UInt, _ out: UserPointer<Stat>) throws(Errno) -> Int {
    try store(resolve(caller, AtFlags.currentDirectory, path, follow: true), out)
  }

  static func lstat(_ caller: Thread, _ path: UInt, _ out: UserPointer<Stat>) throws(Errno) -> Int {
    try store(resolve(caller, AtFlags.currentDirectory, path, follow: false), out)
  }

  static func fstat(_ caller: Thread, _ descriptor: Int32, _ out: UserPointer<Stat>) throws(Errno) -> Int {
    try caller.withAnyFile(descriptor) { (file: OpenFile) throws(Errno) in try store(file.inode, out) }
  }

  /// Copies an inode's attributes out, from where they were gathered.
  @inline(__always)
  private static func store(_ inode: Inode, _ out: UserPointer<Stat>) throws(Errno) -> Int {
    var stat = Stat()
    inode.fill(&stat)
    try withUnsafeMutablePointer(to: &stat) { (stat) throws(Errno) in
      try UserMemory.copyOut(stat, to: out.address, count: MemoryLayout<Stat>.size)
    }
    return 0
  }

  static func newfstatat(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ out: UserPointer<Stat>, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = AtFlags(rawValue: flags)
    guard flags.isSubset(of: [.symlinkNoFollow, .noAutomount, .emptyPath]) else { throw .EINVAL }
    let inode = try resolve(
      caller, directory, path, follow: !flags.contains(.symlinkNoFollow), allowEmpty: flags.contains(.emptyPath))
    return try store(inode, out)
  }

  static func statx(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ flags: UInt32, _ mask: UInt32, _ out: UserPointer<Statx>
  ) throws(Errno) -> Int {
    let flags = AtFlags(rawValue: flags)
    let known: AtFlags = [.symlinkNoFollow, .noAutomount, .emptyPath, .statxForceSync, .statxDontSync]
    guard flags.isSubset(of: known), !flags.isSuperset(of: [.statxForceSync, .statxDontSync]),
      StatxMask(rawValue: mask).isDisjoint(with: .reserved)
    else { throw .EINVAL }
    let inode = try resolve(
      caller, directory, path, follow: !flags.contains(.symlinkNoFollow), allowEmpty: flags.contains(.emptyPath))
    try out.store(Statx(inode))
    return 0
  }

  static func statfs(_ caller: Thread, _ path: UInt, _ out: UserPointer<Statfs>) throws(Errno) -> Int {
    try out.store(resolve(caller, AtFlags.currentDirectory, path, follow: true).filesystem.statfs())
    return 0
  }

  static func fstatfs(_ caller: Thread, _ descriptor: Int32, _ out: UserPointer<Statfs>) throws(Errno) -> Int {
    try out.store(base(caller, descriptor).filesystem.statfs())
    return 0
  }

  // MARK: access

  static func access(_ caller: Thread, _ path: UInt, _ mode: UInt32) throws(Errno) -> Int {
    try faccessat2(caller, AtFlags.currentDirectory, path, mode, 0)
  }

  static func faccessat2(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ mode: UInt32, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = AtFlags(rawValue: flags)
    guard mode <= 7, flags.isSubset(of: [.effectiveAccess, .symlinkNoFollow, .emptyPath]) else { throw .EINVAL }
    let mine = caller.process.credentials!
    let credentials = flags.contains(.effectiveAccess) ? mine : mine.withRealIDs()
    let inode = try withPath(path) { (path: Name) throws(Errno) in
      if path.isEmpty && flags.contains(.emptyPath) { return try base(caller, directory) }
      let root = caller.process.filesystem.root
      let start = path.isAbsolute ? root : try base(caller, directory)
      var walk = try PathWalk(path, from: start, root: root, as: credentials)
      return try lookUp(caller, &walk, followLast: !flags.contains(.symlinkNoFollow))
    }
    try check(inode, AccessMode(rawValue: mode), credentials)
    return 0
  }

  private static func check(_ inode: Inode, _ access: AccessMode, _ credentials: Credentials) throws(Errno) {
    if access.contains(.execute), inode.mode.isRegular, inode.filesystem.flags.contains(.noExecute) { throw .EACCES }
    try credentials.check(inode, access)
    if access.contains(.write), inode.isDirectory || inode.mode.isRegular { try inode.filesystem.checkWritable() }
  }
}
