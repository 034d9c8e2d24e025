// fcntl(2): F_GETLK, F_SETLK, F_SETLKW, for processes and for open file descriptions.

import KernelCore
import LinuxABI

extension Syscalls {
  /// - Throws: EAGAIN, EDEADLK, EBADF for a lock that the file was not opened for; EINVAL.
  static func lockRecord(
    _ caller: Thread, _ file: OpenFile, _ command: Int32, _ pointer: UserPointer<FileLockRequest>,
    _ owner: RecordLockOwner
  ) throws(Errno) -> Int {
    let request = try pointer.load()
    if owner.isDescription, request.pid != 0 { throw .EINVAL }
    if command == FileControl.getLock {
      try pointer.store(try RecordLocks.test(request, file, owner))
      return 0
    }
    if request.type == FileLockRequest.read, !file.flags.isReadable { throw .EBADF }
    if request.type == FileLockRequest.write, !file.flags.isWritable { throw .EBADF }
    let waits = command == FileControl.setLockWait
    do throws(Errno) { try RecordLocks.set(request, file, owner, waits: waits) } catch {
      guard error == .EAGAIN, waits else { throw error }
      try wait(caller, request, file, owner)
    }
    return 0
  }

  private static func wait(
    _ caller: Thread, _ request: FileLockRequest, _ file: OpenFile, _ owner: RecordLockOwner
  ) throws(Errno) {
    defer { RecordLocks.endWait(owner) }
    try caller.sleep(on: RecordLocks.queue(of: file.inode)) { () throws(Errno) -> Void? in
      do throws(Errno) { try RecordLocks.set(request, file, owner, waits: true) } catch {
        guard error == .EAGAIN else { throw error }
        return nil
      }
    }
  }
}
