// chmod(2), chown(2), utimensat(2), truncate(2), fallocate(2).

import KernelCore
import LinuxABI

extension Syscalls {
  static func fchmodat(_ caller: Thread, _ directory: Int32, _ path: UInt, _ mode: UInt32) throws(Errno) -> Int {
    let inode = try resolve(caller, directory, path, follow: true)
    try inode.setMode(FileMode(rawValue: mode), as: caller.process.credentials)
    return 0
  }

  static func fchmod(_ caller: Thread, _ descriptor: Int32, _ mode: UInt32) throws(Errno) -> Int {
    let inode = try inode(caller, descriptor)
    try inode.setMode(FileMode(rawValue: mode), as: caller.process.credentials)
    return 0
  }

  static func fchownat(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ uid: UInt32, _ gid: UInt32, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = AtFlags(rawValue: flags)
    guard flags.isSubset(of: [.symlinkNoFollow, .emptyPath]) else { throw .EINVAL }
    let inode = try resolve(
      caller, directory, path, follow: !flags.contains(.symlinkNoFollow), allowEmpty: flags.contains(.emptyPath))
    try inode.setOwner(uid: uid, gid: gid, as: caller.process.credentials)
    return 0
  }

  static func fchown(_ caller: Thread, _ descriptor: Int32, _ uid: UInt32, _ gid: UInt32) throws(Errno) -> Int {
    let inode = try inode(caller, descriptor)
    try inode.setOwner(uid: uid, gid: gid, as: caller.process.credentials)
    return 0
  }

  private static func inode(_ caller: Thread, _ descriptor: Int32) throws(Errno) -> Inode {
    try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in file.inode }
  }

  // MARK: Times

  /// A null path means the descriptor's own file (futimens).
  static func utimensat(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ times: UserPointer<Timespec>, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = AtFlags(rawValue: flags)
    guard flags.isSubset(of: [.symlinkNoFollow, .emptyPath]) else { throw .EINVAL }
    var accessed = NewTime.now
    var modified = NewTime.now
    if !times.isNull {
      accessed = try NewTime(times.load())
      modified = try NewTime(times.advanced(by: 1).load())
    }
    try setTimes(caller, directory, path, accessed, modified, flags)
    return 0
  }

  static func futimesat(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ times: UserPointer<Timeval>
  ) throws(Errno) -> Int {
    var accessed = NewTime.now
    var modified = NewTime.now
    if !times.isNull {
      accessed = try newTime(times.load())
      modified = try newTime(times.advanced(by: 1).load())
    }
    try setTimes(caller, directory, path, accessed, modified, [])
    return 0
  }

  static func utime(_ caller: Thread, _ path: UInt, _ times: UserPointer<Utimbuf>) throws(Errno) -> Int {
    var accessed = NewTime.now
    var modified = NewTime.now
    if !times.isNull {
      let both = try times.load()
      accessed = .at(Timespec(seconds: both.accessed, nanoseconds: 0))
      modified = .at(Timespec(seconds: both.modified, nanoseconds: 0))
    }
    try setTimes(caller, AtFlags.currentDirectory, path, accessed, modified, [])
    return 0
  }

  private static func newTime(_ time: Timeval) throws(Errno) -> NewTime {
    guard time.isValid else { throw .EINVAL }
    return .at(time.timespec)
  }

  private static func setTimes(
    _ caller: Thread, _ directory: Int32, _ path: UInt, _ accessed: NewTime, _ modified: NewTime, _ flags: AtFlags
  ) throws(Errno) {
    let inode: Inode
    if path == 0 {
      guard directory != AtFlags.currentDirectory else { throw .EFAULT }
      guard flags.isEmpty else { throw .EINVAL }
      inode = try self.inode(caller, directory)
    } else {
      inode = try resolve(
        caller, directory, path, follow: !flags.contains(.symlinkNoFollow), allowEmpty: flags.contains(.emptyPath))
    }
    try inode.setTimes(accessed: accessed, modified: modified, as: caller.process.credentials)
  }

  // MARK: Size

  static func truncate(_ caller: Thread, _ path: UInt, _ size: Int64) throws(Errno) -> Int {
    guard size >= 0 else { throw .EINVAL }
    let inode = try resolve(caller, AtFlags.currentDirectory, path, follow: true)
    guard !inode.isDirectory else { throw .EISDIR }
    guard inode.mode.isRegular else { throw .EINVAL }
    try caller.process.credentials.check(inode, .write)
    try inode.checkNotExecuted()
    try truncate(caller, inode, size)
    return 0
  }

  static func ftruncate(_ caller: Thread, _ descriptor: Int32, _ size: Int64) throws(Errno) -> Int {
    guard size >= 0 else { throw .EINVAL }
    return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard file.inode.mode.isRegular, file.flags.isWritable else { throw .EINVAL }
      try truncate(caller, file.inode, size)
      return 0
    }
  }

  private static func truncate(_ caller: Thread, _ inode: Inode, _ size: Int64) throws(Errno) {
    guard size <= caller.process.files.fileSizeLimit || size <= inode.size else {
      caller.raise(SignalNumber.fileSize)
      throw .EFBIG
    }
    try inode.truncate(to: size)
  }

  static func fallocate(
    _ caller: Thread, _ descriptor: Int32, _ mode: UInt32, _ offset: Int64, _ length: Int64
  ) throws(Errno) -> Int {
    guard offset >= 0, length > 0 else { throw .EINVAL }
    let flags = FallocateFlags(rawValue: mode)
    guard flags.isSubset(of: [.keepSize, .punchHole]), flags != .punchHole else { throw .EOPNOTSUPP }
    return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard file.flags.isWritable else { throw .EBADF }
      guard !file.inode.mode.isFIFO else { throw .ESPIPE }
      guard !file.inode.isDirectory else { throw .EISDIR }
      guard file.inode.mode.isRegular else { throw .ENODEV }
      let (end, overflow) = offset.addingReportingOverflow(length)
      guard !overflow, end <= caller.process.files.fileSizeLimit else { throw .EFBIG }
      try file.inode.allocate(offset: offset, length: length, flags)
      return 0
    }
  }
}
