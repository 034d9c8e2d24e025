// flock(2): whole-file locks that belong to an open file description.
//
// Guarded by the inode's lock. Waiters sleep on `queue` and try again.

import LinuxABI

public final class AdvisoryLock {
  var sharedHolders = 0
  var isExclusive = false
  public let queue = WaitQueue()
}

extension Inode {
  /// The queue of those who wait for the lock.
  public final var advisoryLockQueue: WaitQueue { lock.withLock { madeAdvisoryLock() }.queue }

  /// Takes, changes or gives up `file`'s lock on this inode.
  /// - Throws: EAGAIN when another holder is in the way. A conversion has given up the old lock by then, as on Linux.
  public final func flock(_ file: OpenFile, _ kind: Int32) throws(Errno) {
    if file.heldLock != 0, file.heldLock != kind {
      releaseAdvisoryLock(file.heldLock)
      file.heldLock = 0
    }
    guard kind != FileLock.unlock, file.heldLock != kind else { return }
    guard lock.withLock({ takeAdvisoryLock(kind) }) else { throw .EAGAIN }
    file.heldLock = kind
  }

  final func releaseAdvisoryLock(_ kind: Int32) {
    let state = lock.withLock {
      let state = madeAdvisoryLock()
      if kind == FileLock.exclusive { state.isExclusive = false } else { state.sharedHolders -= 1 }
      return state
    }
    state.queue.wakeAll()
  }

  private final func takeAdvisoryLock(_ kind: Int32) -> Bool {
    let state = madeAdvisoryLock()
    guard !state.isExclusive else { return false }
    if kind == FileLock.exclusive {
      guard state.sharedHolders == 0 else { return false }
      state.isExclusive = true
    } else {
      state.sharedHolders += 1
    }
    return true
  }

  private final func madeAdvisoryLock() -> AdvisoryLock {
    if let made = advisoryLock { return made }
    let made = AdvisoryLock()
    advisoryLock = made
    return made
  }
}
