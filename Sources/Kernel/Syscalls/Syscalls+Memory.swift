// Memory: mmap, munmap, mprotect, brk.

import CMachine
import KernelCore
import LinuxABI

extension Syscalls {
  static func mmap(
    _ caller: Thread, _ address: UInt, _ length: UInt, _ protection: Int32, _ flags: Int32, _ descriptor: Int32,
    _ offset: UInt
  ) throws(Errno) -> Int {
    let flags = MapFlags(rawValue: flags)
    let size = try roundedLength(length)
    guard offset % 4096 == 0 else { throw .EINVAL }
    guard offset <= UInt(Int64.max) - size else { throw .EOVERFLOW }
    let kind = flags.rawValue & MapFlags.typeMask
    guard kind >= 1, kind <= 3 else { throw .EINVAL }
    if flags.contains(.fixed) || flags.contains(.fixedNoReplace) {
      guard address % 4096 == 0 else { throw .EINVAL }
      guard address >= UserMemory.start else { throw .EPERM }
    }
    let isShared = kind != 2
    var area = Area(start: 0, end: 0, protection: Protection(rawValue: protection & 7), isShared: isShared)
    area.offset = UInt64(offset)
    area.growsDown = flags.contains(.growsDown) && !isShared
    if !flags.contains(.anonymous) {
      area.file = try mappableFile(caller, descriptor, area.protection, isShared)
    } else if isShared {
      area.file = try SharedMemory.makeFile(bytes: size)
      area.offset = 0
    }
    guard let space = caller.process.addressSpace else { throw .ENOMEM }
    let start = try space.map(area, hint: address, length: size, flags: flags)
    // As far as memory goes: a failure to bring pages in is none of mmap's.
    if flags.contains(.populate) { try? space.populate(start, length: size, forWriting: nil) }
    return Int(bitPattern: start)
  }

  /// Bytes in whole pages.
  private static func roundedLength(_ length: UInt) throws(Errno) -> UInt {
    guard length > 0 else { throw .EINVAL }
    guard length <= UserMemory.end else { throw .ENOMEM }
    return (length + 4095) & ~4095
  }

  private static func mappableFile(
    _ caller: Thread, _ descriptor: Int32, _ protection: Protection, _ isShared: Bool
  ) throws(Errno) -> OpenFile {
    let file = try caller.process.files.retained(descriptor)
    guard !file.flags.contains(.path) else { throw .EBADF }
    guard file.flags.isReadable else { throw .EACCES }
    if isShared, protection.contains(.write) {
      guard file.flags.isWritable else { throw .EACCES }
      guard file.inode.seals.isDisjoint(with: [.write, .futureWrite]) else { throw .EPERM }
    }
    if file.inode.filesystem.flags.contains(.noExecute), protection.contains(.execute) { throw .EPERM }
    guard !file.inode.isDirectory else { throw .ENODEV }
    // Asks once whether this kind of file has pages at all.
    if let page = try file.page(at: 0) { Frames.release(page) }
    return file
  }

  static func munmap(_ caller: Thread, _ address: UInt, _ length: UInt) throws(Errno) -> Int {
    let size = try checkedRange(address, length)
    guard size > 0 else { throw .EINVAL }
    caller.process.addressSpace?.unmap(address, length: size)
    return 0
  }

  static func checkedRange(_ address: UInt, _ length: UInt) throws(Errno) -> UInt {
    guard address % 4096 == 0, length <= UserMemory.end, address <= UserMemory.end - ((length + 4095) & ~4095)
    else { throw .EINVAL }
    return (length + 4095) & ~4095
  }

  static func mprotect(_ caller: Thread, _ address: UInt, _ length: UInt, _ protection: Int32) throws(Errno) -> Int {
    guard address % 4096 == 0 else { throw .EINVAL }
    guard protection & ~0x0300_0007 == 0 else { throw .EINVAL }
    guard length <= UserMemory.end, address <= UserMemory.end - ((length + 4095) & ~4095) else { throw .ENOMEM }
    guard length > 0 else { return 0 }
    try caller.process.addressSpace?.protect(
      address, length: (length + 4095) & ~4095, Protection(rawValue: protection & 7))
    return 0
  }

  static func brk(_ caller: Thread, _ address: UInt) -> Int {
    Int(bitPattern: caller.process.addressSpace?.setHeapEnd(address) ?? 0)
  }
}

/// Memory that processes share without a file: MAP_SHARED | MAP_ANONYMOUS.
enum SharedMemory {
  nonisolated(unsafe) private static let tmpfs = Tmpfs()

  /// A nameless file of `bytes` zeros.
  /// - Throws: ENOMEM.
  static func makeFile(bytes: UInt) throws(Errno) -> OpenFile {
    let node = NewNode(mode: FileMode(.regular, 0o600), as: Credentials())
    let inode = try tmpfs.root.createUnnamed(node)
    try inode.truncate(to: Int64(bytes))
    return try inode.open(.readWrite)
  }

  /// memfd_create(2).
  static func makeFile(name: [UInt8], _ mode: UInt32, allowsSealing: Bool, as owner: Credentials) throws(Errno)
    -> OpenFile
  {
    let inode = try tmpfs.root.createUnnamed(NewNode(mode: FileMode(.regular, mode), as: owner))
    if let file = inode as? TmpfsFile { file.becomeMemoryFile(name, allowsSealing: allowsSealing) }
    return try inode.open(.readWrite)
  }
}
