// Descriptors: dup(2), fcntl(2), pipe(2), ioctl(2), flock(2).

import KernelCore
import LinuxABI

extension Syscalls {
  static func dup(_ caller: Thread, _ descriptor: Int32) throws(Errno) -> Int {
    Int(try caller.process.files.duplicate(descriptor))
  }

  static func dup2(_ caller: Thread, _ old: Int32, _ new: Int32) throws(Errno) -> Int {
    let files = caller.process.files!
    if old == new {
      _ = try files.isCloseOnExec(old)
    } else {
      try files.duplicate(old, to: new, closeOnExec: false)
    }
    return Int(new)
  }

  static func dup3(_ caller: Thread, _ old: Int32, _ new: Int32, _ flags: UInt32) throws(Errno) -> Int {
    let flags = OpenFlags(rawValue: flags)
    guard flags.isSubset(of: .closeOnExec), old != new else { throw .EINVAL }
    try caller.process.files.duplicate(old, to: new, closeOnExec: flags.contains(.closeOnExec))
    return Int(new)
  }

  static func pipe2(_ caller: Thread, _ out: UserPointer<Int32>, _ flags: UInt32) throws(Errno) -> Int {
    let flags = OpenFlags(rawValue: flags)
    guard flags.isSubset(of: [.closeOnExec, .nonBlocking, .direct]) else { throw .EINVAL }
    let files = caller.process.files!
    let isClosed = flags.contains(.closeOnExec)
    let (reader, writer) = try FIFOInode.makePipe(flags)
    let readEnd = try files.install(reader, closeOnExec: isClosed)
    do throws(Errno) {
      let writeEnd = try files.install(writer, closeOnExec: isClosed)
      do throws(Errno) {
        try UserPointer<UInt64>(out.address).store(UInt64(UInt32(readEnd)) | UInt64(UInt32(writeEnd)) << 32)
      } catch {
        try files.close(writeEnd)
        throw error
      }
    } catch {
      try files.close(readEnd)
      throw error
    }
    return 0
  }

  // MARK: fcntl

  static func fcntl(_ caller: Thread, _ descriptor: Int32, _ command: Int32, _ argument: UInt) throws(Errno) -> Int {
    let files = caller.process.files!
    let value = Int32(truncatingIfNeeded: argument)
    switch command {
    case FileControl.duplicate, FileControl.duplicateCloseOnExec:
      let isClosed = command == FileControl.duplicateCloseOnExec
      guard value >= 0 else { throw .EINVAL }
      return Int(try files.duplicate(descriptor, from: Int(value), closeOnExec: isClosed))
    case FileControl.getDescriptorFlags: return try files.isCloseOnExec(descriptor) ? 1 : 0
    case FileControl.setDescriptorFlags:
      try files.setCloseOnExec(descriptor, value & FileControl.closeOnExec != 0)
      return 0
    case FileControl.getStatusFlags:
      return try files.withAnyFile(descriptor) { (file: OpenFile) throws(Errno) in Int(file.flags.rawValue) }
    default:
      return try files.withFile(descriptor) { (file: OpenFile) throws(Errno) in
        try control(caller, file, command, argument)
      }
    }
  }

  private static func control(
    _ caller: Thread, _ file: OpenFile, _ command: Int32, _ argument: UInt
  ) throws(Errno) -> Int {
    switch command {
    case FileControl.setStatusFlags:
      let wanted = OpenFlags(rawValue: UInt32(truncatingIfNeeded: argument))
      if wanted.contains(.noAccessTime), !file.flags.contains(.noAccessTime),
        !caller.process.credentials.owns(file.inode)
      {
        throw .EPERM
      }
      file.flags = file.flags.subtracting(.settable).union(wanted.intersection(.settable))
      return 0
    case FileControl.getPipeSize:
      guard let pipe = file.pipe else { throw .EBADF }
      return pipe.capacity
    case FileControl.setPipeSize:
      guard let pipe = file.pipe else { throw .EBADF }
      return try pipe.resize(to: Int(UInt32(truncatingIfNeeded: argument)))
    case FileControl.getLock, FileControl.setLock, FileControl.setLockWait:
      let owner = RecordLockOwner(process: caller.process.files, pid: caller.process.pid)
      return try lockRecord(caller, file, command, UserPointer(argument), owner)
    case FileControl.getDescriptionLock...FileControl.setDescriptionLockWait:
      let plain = command - FileControl.getDescriptionLock + FileControl.getLock
      return try lockRecord(caller, file, plain, UserPointer(argument), RecordLockOwner(description: file))
    case FileControl.getSeals:
      guard let memory = file.inode as? TmpfsFile else { throw .EINVAL }
      return Int(memory.seals.rawValue)
    case FileControl.addSeals:
      let seals = FileSeals(rawValue: UInt32(truncatingIfNeeded: argument))
      guard file.flags.isWritable else { throw .EPERM }
      guard seals.isSubset(of: .all) else { throw .EINVAL }
      try file.inode.addSeals(seals)
      return 0
    case FileControl.setOwner: return 0
    case FileControl.getOwner: return 0
    default: throw .EINVAL
    }
  }

  // MARK: ioctl

  static func ioctl(_ caller: Thread, _ descriptor: Int32, _ request: UInt32, _ argument: UInt) throws(Errno) -> Int {
    switch request {
    case Ioctl.setCloseOnExec, Ioctl.clearCloseOnExec:
      try caller.process.files.setCloseOnExec(descriptor, request == Ioctl.setCloseOnExec)
      return 0
    default:
      return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
        try ioctl(file, request, argument)
      }
    }
  }

  private static func ioctl(_ file: OpenFile, _ request: UInt32, _ argument: UInt) throws(Errno) -> Int {
    switch request {
    case Ioctl.setNonBlocking: try set(.nonBlocking, of: file, UserPointer<Int32>(argument))
    case Ioctl.setAsync: try set(.async, of: file, UserPointer<Int32>(argument))
    case Ioctl.inputQueued where file.inode.mode.isRegular:
      let left = Int32(clamping: file.inode.size - file.offset)
      try UserPointer<Int32>(argument).store(left)
    default: return try file.ioctl(request, argument)
    }
    return 0
  }

  private static func set(_ flag: OpenFlags, of file: OpenFile, _ value: UserPointer<Int32>) throws(Errno) {
    if try value.load() != 0 { file.flags.insert(flag) } else { file.flags.remove(flag) }
  }

  // MARK: flock

  static func flock(_ caller: Thread, _ descriptor: Int32, _ operation: Int32) throws(Errno) -> Int {
    let kind = operation & ~FileLock.nonBlocking
    guard kind == FileLock.shared || kind == FileLock.exclusive || kind == FileLock.unlock else { throw .EINVAL }
    // Waiting may outlast the descriptor when threads share the table.
    let file = try caller.process.files.retained(descriptor)
    guard !file.flags.contains(.path) else { throw .EBADF }
    let inode = file.inode
    do throws(Errno) {
      try inode.flock(file, kind)
    } catch {
      guard error == .EAGAIN, operation & FileLock.nonBlocking == 0 else { throw error }
      try caller.sleep(on: inode.advisoryLockQueue) { () throws(Errno) -> Void? in
        do throws(Errno) { try inode.flock(file, kind) } catch {
          guard error == .EAGAIN else { throw error }
          return nil
        }
      }
    }
    return 0
  }
}
