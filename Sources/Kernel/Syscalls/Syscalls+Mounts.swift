// mount(2), umount2(2), sync(2) and its relatives, fadvise64(2).

import KernelCore
import LinuxABI

extension Syscalls {
  static func mount(
    _ caller: Thread, _ source: UInt, _ target: UInt, _ type: UInt, _ flags: UInt, _ data: UInt
  ) throws(Errno) -> Int {
    guard caller.process.credentials.isPrivileged else { throw .EPERM }
    let flags = Self.flags(UInt64(flags))
    let directory = try resolve(caller, AtFlags.currentDirectory, target, follow: true)
    if flags.contains(.remount) { return try remount(directory, flags) }
    // Propagation is private everywhere: asking for it, or for any other, changes nothing.
    if !flags.isDisjoint(with: .propagation) { return 0 }
    guard flags.isDisjoint(with: [.bind, .move]) else { throw .EINVAL }
    guard directory.isDirectory else { throw .ENOTDIR }
    return try withPath(type) { (type: Name) throws(Errno) in
      let filesystem = try FilesystemTypes.make(type, flags.intersection(.kept))
      guard source != 0 else {
        try MountTable.mount(filesystem, on: directory, source: Name("none"))
        return 0
      }
      return try withPath(source) { (source: Name) throws(Errno) in
        try MountTable.mount(filesystem, on: directory, source: source)
        return 0
      }
    }
  }

  private static func flags(_ raw: UInt64) -> MountFlags {
    let isOld = raw & MountFlags.magicMask == MountFlags.magic
    return MountFlags(rawValue: isOld ? raw & ~MountFlags.magicMask : raw)
  }

  private static func remount(_ root: Inode, _ flags: MountFlags) throws(Errno) -> Int {
    guard root === root.filesystem.rootInode else { throw .EINVAL }
    MountTable.setFlags(root.filesystem, flags.intersection(.kept))
    return 0
  }

  static func umount2(_ caller: Thread, _ target: UInt, _ flags: UInt32) throws(Errno) -> Int {
    let flags = UnmountFlags(rawValue: flags)
    guard flags.isSubset(of: [.force, .detach, .expire, .noFollow]) else { throw .EINVAL }
    guard caller.process.credentials.isPrivileged else { throw .EPERM }
    let root = try resolve(caller, AtFlags.currentDirectory, target, follow: !flags.contains(.noFollow))
    try MountTable.unmount(root, evenIfBusy: flags.contains(.detach))
    return 0
  }

  // MARK: Nothing is behind memory: there is nothing to write back.

  static func fsync(_ caller: Thread, _ descriptor: Int32) throws(Errno) -> Int {
    try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard !file.inode.mode.isFIFO, file.inode.mode.type != .characterDevice else { throw .EINVAL }
      return 0
    }
  }

  static func syncfs(_ caller: Thread, _ descriptor: Int32) throws(Errno) -> Int {
    try caller.withFile(descriptor) { (_: OpenFile) throws(Errno) in 0 }
  }

  static func fadvise(
    _ caller: Thread, _ descriptor: Int32, _ offset: Int64, _ length: Int64, _ advice: Int32
  ) throws(Errno) -> Int {
    try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard !file.inode.mode.isFIFO else { throw .ESPIPE }
      guard length >= 0, advice >= 0, advice <= 5 else { throw .EINVAL }
      return 0
    }
  }
}

extension MountFlags {
  /// Flags that a mounted file system keeps.
  fileprivate static var kept: MountFlags {
    [.readOnly, .noSetUserID, .noDevices, .noExecute, .noAccessTime, .relativeAccessTime]
  }
}
