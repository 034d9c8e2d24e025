// open(2), creat(2), close(2), close_range(2).

import KernelCore
import LinuxABI
import Tracer

extension Syscalls {
  static func open(_ caller: Thread, _ path: UInt, _ flags: UInt32, _ mode: UInt32) throws(Errno) -> Int {
    try openat(caller, AtFlags.currentDirectory, path, flags, mode)
  }

  static func creat(_ caller: Thread, _ path: UInt, _ mode: UInt32) throws(Errno) -> Int {
    let flags: OpenFlags = [.writeOnly, .create, .truncate]
    return try openat(caller, AtFlags.currentDirectory, path, flags.rawValue, mode)
  }

  static func openat(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ flags: UInt32, _ mode: UInt32
  ) throws(Errno) -> Int {
    let flags = try checked(OpenFlags(rawValue: flags))
    return try withPath(path) { (path: Name) throws(Errno) in
      try caller.process.files.checkRoom()
      let file = try openFile(caller, directory, path, flags, mode)
      return Int(try caller.process.files.install(file, closeOnExec: flags.contains(.closeOnExec)))
    }
  }

  static func close(_ caller: Thread, _ descriptor: Int32) throws(Errno) -> Int {
    try caller.process.files.close(descriptor)
    return 0
  }

  static func closeRange(_ caller: Thread, _ first: UInt32, _ last: UInt32, _ flags: UInt32) throws(Errno) -> Int {
    let flags = CloseRangeFlags(rawValue: flags)
    guard first <= last, flags.isSubset(of: [.unshare, .closeOnExec]) else { throw .EINVAL }
    if flags.contains(.unshare), caller.process.files.isShared {
      caller.process.files = try caller.process.files.fork()
    }
    if flags.contains(.closeOnExec) {
      caller.process.files.setCloseOnExec(range: Int(first), through: Int(last))
    } else {
      caller.process.files.closeRange(Int(first), through: Int(last))
    }
    return 0
  }

  // MARK: Steps of open

  /// - Throws: EINVAL for flags that contradict each other.
  private static func checked(_ flags: OpenFlags) throws(Errno) -> OpenFlags {
    if flags.contains(.path) {
      return flags.intersection([.path, .directory, .noFollow, .closeOnExec])
    }
    let isTemporary = flags.contains(.temporaryFile)
    if flags.isSuperset(of: [.create, .directory]) && !isTemporary { throw .EINVAL }
    if flags.rawValue & 0o20000000 != 0 && (!isTemporary || !flags.isWritable || flags.contains(.create)) {
      throw .EINVAL
    }
    return flags
  }

  /// Opens a path for the caller. Also the way in for exec and boot.
  static func openFile(
    _ caller: Thread, _ directory: Int32, _ path: Name, _ flags: OpenFlags, _ mode: UInt32
  ) throws(Errno) -> OpenFile {
    var walk = try walk(caller, directory, path)
    if flags.contains(.temporaryFile) { return try openUnnamed(caller, &walk, flags, mode) }
    if flags.contains(.create) { return try openOrCreate(caller, &walk, flags, mode) }
    let inode = try lookUp(caller, &walk, followLast: !flags.contains(.noFollow))
    return try openFound(caller, inode, flags)
  }

  private static func openOrCreate(
    _ caller: Thread, _ walk: inout PathWalk, _ flags: OpenFlags, _ mode: UInt32
  ) throws(Errno) -> OpenFile {
    let isExclusive = flags.contains(.exclusive)
    while true {
      try walkToLast(caller, &walk)
      let isPlain = !walk.last.isEmpty && !walk.last.isDot && !walk.last.isDotDot
      guard isPlain, !walk.mustBeDirectory else { throw isExclusive && !isPlain ? .EEXIST : .EISDIR }
      guard let (found, isNew) = try findOrCreate(caller, walk, flags, mode) else { continue }
      if isNew { return try opened(caller, found, flags.subtracting(.truncate)) }
      guard found.isSymbolicLink, !flags.contains(.noFollow) else { return try openExisting(caller, found, flags) }
      if let target = try walk.follow(found) { return try openExisting(caller, target, flags) }
    }
  }

  private static func openExisting(_ caller: Thread, _ inode: Inode, _ flags: OpenFlags) throws(Errno) -> OpenFile {
    guard !inode.isDirectory else { throw .EISDIR }
    return try openFound(caller, inode, flags)
  }

  /// The last component's inode, made if it is missing.
  private static func findOrCreate(
    _ caller: Thread, _ walk: borrowing PathWalk, _ flags: OpenFlags, _ mode: UInt32
  ) throws(Errno) -> (Inode, isNew: Bool)? {
    while true {
      if let found = try lookupIfPresent(walk) {
        if flags.contains(.exclusive) { throw .EEXIST }
        return (found, false)
      }
      try walk.directory.filesystem.checkWritable()
      try caller.process.credentials.check(walk.directory, [.write, .execute])
      let node = NewNode(mode: newMode(caller, .regular, mode), as: caller.process.credentials)
      do throws(Errno) {
        return (try walk.directory.create(walk.last, node), true)
      } catch {
        // Another process was faster: look again.
        guard error == .EEXIST else { throw error }
      }
    }
  }

  private static func openUnnamed(
    _ caller: Thread, _ walk: inout PathWalk, _ flags: OpenFlags, _ mode: UInt32
  ) throws(Errno) -> OpenFile {
    let directory = try lookUp(caller, &walk)
    guard directory.isDirectory else { throw .ENOTDIR }
    try directory.filesystem.checkWritable()
    try caller.process.credentials.check(directory, [.write, .execute])
    let node = NewNode(mode: newMode(caller, .regular, mode), as: caller.process.credentials)
    return try opened(caller, try directory.createUnnamed(node), flags.subtracting(.temporaryFile))
  }

  /// Opens an inode that was there before: checks kind and rights.
  private static func openFound(_ caller: Thread, _ inode: Inode, _ flags: OpenFlags) throws(Errno) -> OpenFile {
    if flags.contains(.directory), !inode.isDirectory { throw .ENOTDIR }
    if flags.contains(.path) { return OpenFile(inode, flags) }
    if flags.isWritable || flags.contains(.truncate) { try inode.checkNotExecuted() }
    if inode.isSymbolicLink { throw .ELOOP }
    let isWriting = flags.isWritable || flags.contains(.truncate) || flags.accessMode == 3
    if isWriting {
      if inode.isDirectory { throw .EISDIR }
      if inode.mode.isRegular { try inode.filesystem.checkWritable() }
    }
    var access: AccessMode = flags.isReadable || flags.accessMode == 3 ? .read : []
    if isWriting { access.insert(.write) }
    try caller.process.credentials.check(inode, access)
    if flags.contains(.noAccessTime), !caller.process.credentials.owns(inode) { throw .EPERM }
    return try opened(caller, inode, flags)
  }

  private static func opened(_ caller: Thread, _ inode: Inode, _ flags: OpenFlags) throws(Errno) -> OpenFile {
    if inode.filesystem.flags.contains(.noDevices), inode.mode.type == .characterDevice { throw .EACCES }
    let file = try inode.open(flags)
    if flags.contains(.truncate), inode.mode.isRegular { try inode.truncate(to: 0) }
    if let queue = file.openQueue() {
      try caller.sleep(on: queue) { () throws(Errno) -> Void? in file.openQueue() == nil ? () : nil }
    }
    return file
  }
}
