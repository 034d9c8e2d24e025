// Directories of a process, and their content: getdents64(2), getcwd(2), chdir(2), chroot(2), umask(2).

import KernelCore
import LinuxABI

extension Syscalls {
  static func getdents64(_ caller: Thread, _ descriptor: Int32, _ out: UInt, _ size: UInt32) throws(Errno) -> Int {
    try getdents(caller, descriptor, out, size, .linux64)
  }

  static func getdents(_ caller: Thread, _ descriptor: Int32, _ out: UInt, _ size: UInt32) throws(Errno) -> Int {
    try getdents(caller, descriptor, out, size, .linux)
  }

  private static func getdents(
    _ caller: Thread, _ descriptor: Int32, _ out: UInt, _ size: UInt32, _ layout: Dirent.Layout
  ) throws(Errno) -> Int {
    try UserMemory.check(out, Int(size))
    return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard file.flags.isReadable else { throw .EBADF }
      guard file.inode.isDirectory else { throw .ENOTDIR }
      let page = try Frames.allocate()
      defer { Frames.release(page) }
      return try list(file, UnsafeMutableRawPointer(page.pointer), out, Int(size), layout)
    }
  }

  /// A page of entries at a time, until the program's buffer or the directory is at its end.
  private static func list(
    _ file: OpenFile, _ page: UnsafeMutableRawPointer, _ out: UInt, _ size: Int, _ layout: Dirent.Layout
  ) throws(Errno) -> Int {
    var count = 0
    while true {
      let buffer = UnsafeMutableRawBufferPointer(start: page, count: min(size - count, pageSize))
      var writer = DirentWriter(buffer, layout, position: file.offset)
      try file.list(&writer)
      if writer.count == 0 {
        if count == 0 && writer.isFull { throw .EINVAL }
        return count
      }
      do throws(Errno) { try UserMemory.copyOut(page, to: out + UInt(count), count: writer.count) } catch {
        guard count > 0 else { throw error }
        return count
      }
      count += writer.count
      file.offset = writer.position
      if !writer.isFull { return count }
    }
  }

  /// The kernel's getcwd returns the length with the NUL.
  static func getcwd(_ caller: Thread, _ out: UInt, _ size: UInt) throws(Errno) -> Int {
    let page = try Frames.allocate()
    defer { Frames.release(page) }
    let context = caller.process.filesystem!
    let buffer = UnsafeMutableRawBufferPointer(start: page.pointer, count: pageSize - 1)
    let path = try PathText.render(context.workingDirectory, root: context.root, into: buffer)
    guard UInt(path.count) < size else { throw .ERANGE }
    // The path ends where the buffer ends; the page's last byte is the NUL.
    page.pointer.storeBytes(of: 0, toByteOffset: pageSize - 1, as: UInt8.self)
    try UserMemory.copyOut(path.base, to: out, count: path.count + 1)
    return path.count + 1
  }

  static func chdir(_ caller: Thread, _ path: UInt) throws(Errno) -> Int {
    try changeDirectory(caller, to: resolve(caller, AtFlags.currentDirectory, path, follow: true))
  }

  static func fchdir(_ caller: Thread, _ descriptor: Int32) throws(Errno) -> Int {
    let inode = try caller.withAnyFile(descriptor) { (file: OpenFile) throws(Errno) in file.inode }
    return try changeDirectory(caller, to: inode)
  }

  private static func changeDirectory(_ caller: Thread, to inode: Inode) throws(Errno) -> Int {
    guard inode.isDirectory else { throw .ENOTDIR }
    try caller.process.credentials.check(inode, .execute)
    caller.process.filesystem.workingDirectory = inode
    return 0
  }

  static func chroot(_ caller: Thread, _ path: UInt) throws(Errno) -> Int {
    let inode = try resolve(caller, AtFlags.currentDirectory, path, follow: true)
    guard inode.isDirectory else { throw .ENOTDIR }
    try caller.process.credentials.check(inode, .execute)
    guard caller.process.credentials.isPrivileged else { throw .EPERM }
    caller.process.filesystem.root = inode
    return 0
  }

  static func umask(_ caller: Thread, _ mask: UInt32) -> Int {
    let old = caller.process.filesystem.umask
    caller.process.filesystem.umask = FileMode(rawValue: mask & 0o777)
    return Int(old.rawValue)
  }
}
