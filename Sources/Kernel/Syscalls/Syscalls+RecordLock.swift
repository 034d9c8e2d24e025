// Record locks: F_GETLK, F_SETLK and F_SETLKW of fcntl(2).

import KernelCore
import LinuxABI

extension Syscalls {
  /// - Throws: EBADF for a mode that the descriptor lacks, EAGAIN, EINVAL, EOVERFLOW, EFAULT.
  static func recordLock(
    _ caller: Thread, _ file: OpenFile, _ command: Int32, _ argument: UserPointer<Flock>
  ) throws(Errno) -> Int {
    let request = try argument.load()
    let range = try lockRange(caller, file, request)
    if command == FileControl.getLock { return try describeLock(file, request, range, argument) }
    switch request.kind {
    case Flock.unlock:
      file.inode.unlockRecord(range)
      return 0
    case Flock.read where file.flags.isReadable, Flock.write where file.flags.isWritable: break
    case Flock.read, Flock.write: throw .EBADF
    default: throw .EINVAL
    }
    do throws(Errno) { try file.inode.lockRecord(range) } catch {
      guard command == FileControl.setLockWait, error == .EAGAIN else { throw error }
      try waitForLock(caller, file.inode, range)
    }
    return 0
  }

  private static func waitForLock(_ caller: Thread, _ inode: Inode, _ range: RecordLock) throws(Errno) {
    try caller.sleep(on: inode.recordLockQueue) { () throws(Errno) -> Void? in
      do throws(Errno) { try inode.lockRecord(range) } catch {
        guard error == .EAGAIN else { throw error }
        return nil
      }
    }
  }

  private static func describeLock(
    _ file: OpenFile, _ request: Flock, _ range: RecordLock, _ out: UserPointer<Flock>
  ) throws(Errno) -> Int {
    guard request.kind == Flock.read || request.kind == Flock.write else { throw .EINVAL }
    var answer = request
    if let other = file.inode.recordLock(against: range) {
      answer.kind = other.isExclusive ? Flock.write : Flock.read
      answer.whence = 0
      answer.start = other.start
      answer.length = other.end == .max ? 0 : other.end - other.start + 1
      answer.pid = other.pid
    } else {
      answer.kind = Flock.unlock
    }
    try out.store(answer)
    return 0
  }

  /// The bytes that a request means.
  private static func lockRange(_ caller: Thread, _ file: OpenFile, _ request: Flock) throws(Errno) -> RecordLock {
    let base: Int64
    switch Int32(request.whence) {
    case Whence.set: base = 0
    case Whence.current: base = file.offset
    case Whence.end: base = file.inode.size
    default: throw .EINVAL
    }
    let (start, isOver) = base.addingReportingOverflow(request.start)
    guard !isOver else { throw .EOVERFLOW }
    let (first, last) = try bounds(start, request.length)
    guard first >= 0 else { throw .EINVAL }
    return RecordLock(
      start: first, end: last, isExclusive: request.kind == Flock.write, owner: caller.process.files.identity,
      pid: caller.process.pid)
  }

  private static func bounds(_ start: Int64, _ length: Int64) throws(Errno) -> (Int64, Int64) {
    if length == 0 { return (start, .max) }
    let (other, isOver) = start.addingReportingOverflow(length)
    if length < 0 {
      guard !isOver else { throw .EINVAL }
      return (other, start - 1)
    }
    guard start >= 0 else { throw .EINVAL }
    let (last, isBeyond) = start.addingReportingOverflow(length - 1)
    guard !isBeyond else { throw .EOVERFLOW }
    return (start, last)
  }
}
