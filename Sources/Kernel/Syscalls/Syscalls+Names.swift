// Names: mkdir(2), mknod(2), symlink(2), link(2), unlink(2), rmdir(2), rename(2), readlink(2).

import CMachine
import KernelCore
import LinuxABI
import Tracer

extension Syscalls {
  static func mkdirat(_ caller: Thread, _ directory: Int32, _ path: UInt, _ mode: UInt32) throws(Errno) -> Int {
    let node = NewNode(mode: newMode(caller, .directory, mode & 0o1777), as: caller.process.credentials)
    return try make(caller, directory, path, isDirectory: true) { (parent: Inode, name: Name) throws(Errno) in
      _ = try parent.create(name, node)
    }
  }

  static func mknodat(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ mode: UInt32, _ device: UInt
  ) throws(Errno) -> Int {
    var type = FileMode(rawValue: mode).type
    if type.rawValue == 0 { type = .regular }
    switch type {
    case .regular, .fifo, .socket: break
    case .characterDevice, .blockDevice: guard caller.process.credentials.isPrivileged else { throw .EPERM }
    case .directory: throw .EPERM
    default: throw .EINVAL
    }
    let number = DeviceNumber(rawValue: UInt64(UInt32(truncatingIfNeeded: device)))
    let node = NewNode(mode: newMode(caller, type, mode), as: caller.process.credentials, device: number)
    return try make(caller, directory, path, isDirectory: false) { (parent: Inode, name: Name) throws(Errno) in
      _ = try parent.create(name, node)
    }
  }

  static func symlinkat(_ caller: Thread, _ target: UInt, _ directory: Int32, _ path: UInt) throws(Errno) -> Int {
    let node = NewNode(mode: FileMode(.symbolicLink, 0o777), as: caller.process.credentials)
    return try withPath(target) { (text: Name) throws(Errno) in
      guard !text.isEmpty else { throw .ENOENT }
      return try make(caller, directory, path, isDirectory: false) { (parent: Inode, name: Name) throws(Errno) in
        _ = try parent.symlink(name, target: text, node)
      }
    }
  }

  static func linkat(
    _ caller: Thread, _ oldDirectory: Int32, _ oldPath: UInt, _ newDirectory: Int32, _ newPath: UInt, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = AtFlags(rawValue: flags)
    guard flags.isSubset(of: [.symlinkFollow, .emptyPath]) else { throw .EINVAL }
    let inode = try resolve(
      caller, oldDirectory, oldPath, follow: flags.contains(.symlinkFollow), allowEmpty: flags.contains(.emptyPath))
    return try make(caller, newDirectory, newPath, isDirectory: false) { (parent: Inode, name: Name) throws(Errno) in
      guard inode.filesystem === parent.filesystem else { throw .EXDEV }
      guard !inode.isDirectory else { throw .EPERM }
      try parent.link(name, to: inode)
    }
  }

  static func unlinkat(_ caller: Thread, _ directory: Int32, _ path: UInt, _ flags: UInt32) throws(Errno) -> Int {
    let flags = AtFlags(rawValue: flags)
    guard flags.isSubset(of: .removeDirectory) else { throw .EINVAL }
    return try withPath(path) { (path: Name) throws(Errno) in
      var walk = try walk(caller, directory, path)
      try walkToLast(caller, &walk)
      try walk.checkSearch()
      if flags.contains(.removeDirectory) {
        try removeDirectory(caller, walk)
      } else {
        try removeFile(caller, walk)
      }
      return 0
    }
  }

  static func readlinkat(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ out: UInt, _ size: Int32
  ) throws(Errno) -> Int {
    guard size > 0 else { throw .EINVAL }
    if apus_key_switch_irq_locks() { Legacy.lockWithoutInterrupts(caller.process.files) }
    let (link, isEmpty) = try withPath(path) { (path: Name) throws(Errno) in
      (try resolve(caller, directory, path, follow: false, allowEmpty: true), path.isEmpty)
    }
    guard link.isSymbolicLink else { throw isEmpty ? .ENOENT : .EINVAL }
    let page = try Frames.allocate()
    defer { Frames.release(page) }
    let buffer = UnsafeMutableRawBufferPointer(start: page.pointer, count: min(Int(size), pageSize))
    let count = try link.readLink(into: buffer)
    try UserMemory.copyOut(page.pointer, to: out, count: count)
    return count
  }

  // MARK: rename

  static func renameat2(
    _ caller: Thread, _ oldDirectory: Int32, _ oldPath: UInt, _ newDirectory: Int32, _ newPath: UInt, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = RenameFlags(rawValue: flags)
    guard flags.isSubset(of: [.noReplace, .exchange]), flags != [.noReplace, .exchange] else { throw .EINVAL }
    return try withPath(oldPath) { (oldPath: Name) throws(Errno) in
      try withPath(newPath) { (newPath: Name) throws(Errno) in
        var old = try walk(caller, oldDirectory, oldPath)
        try walkToLast(caller, &old)
        var new = try walk(caller, newDirectory, newPath)
        try walkToLast(caller, &new)
        try rename(caller, old, new, flags)
        return 0
      }
    }
  }

  private static func rename(
    _ caller: Thread, _ old: borrowing PathWalk, _ new: borrowing PathWalk, _ flags: RenameFlags
  ) throws(Errno) {
    try old.checkSearch()
    try new.checkSearch()
    guard old.directory.filesystem === new.directory.filesystem else { throw .EXDEV }
    guard isPlain(old.last) else { throw .EBUSY }
    guard isPlain(new.last) else { throw flags.contains(.noReplace) ? .EEXIST : .EBUSY }
    if old.mustBeDirectory || new.mustBeDirectory {
      // A slash at the end asks for directories, and may not follow the new name of a file.
      guard try old.directory.lookup(old.last).isDirectory else { throw .ENOTDIR }
    }
    try old.directory.rename(old.last, to: new.directory, as: new.last, flags, by: caller.process.credentials)
  }

  private static func isPlain(_ name: Name) -> Bool { !name.isEmpty && !name.isDot && !name.isDotDot }

  // MARK: Making and removing

  private static func make(
    _ caller: Thread, _ directory: Int32, _ path: UInt, isDirectory: Bool,
    _ body: (Inode, Name) throws(Errno) -> Void
  ) throws(Errno) -> Int {
    try withPath(path) { (path: Name) throws(Errno) in
      try makeEntry(caller, directory, path, isDirectory: isDirectory, body)
      return 0
    }
  }

  private static func removeDirectory(_ caller: Thread, _ walk: borrowing PathWalk) throws(Errno) {
    if walk.last.isEmpty { throw .EBUSY }
    if walk.last.isDot { throw .EINVAL }
    if walk.last.isDotDot { throw .ENOTEMPTY }
    try walk.directory.rmdir(walk.last, as: caller.process.credentials)
  }

  private static func removeFile(_ caller: Thread, _ walk: borrowing PathWalk) throws(Errno) {
    guard isPlain(walk.last) else { throw .EISDIR }
    if walk.mustBeDirectory {
      throw try walk.directory.lookup(walk.last).isDirectory ? .EISDIR : .ENOTDIR
    }
    try walk.directory.unlink(walk.last, as: caller.process.credentials)
  }
}
