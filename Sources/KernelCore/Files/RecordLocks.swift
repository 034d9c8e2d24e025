// Record locks of fcntl(2): ranges of bytes of a file that belong to a descriptor table, which is what Linux takes for
// the process. Closing any descriptor of the file gives up all of them.
//
// Guarded by the inode's lock. Waiters sleep on `queue` and try again; deadlocks among them are not looked for (EDEADLK
// is never returned), a signal ends them.

import LinuxABI

/// Bytes `start` through `end`, and whose they are.
public struct RecordLock {
  public var start: Int64
  public var end: Int64
  public var isExclusive: Bool
  /// Identity of the descriptor table.
  public var owner: UInt
  public var pid: Int32

  public init(start: Int64, end: Int64, isExclusive: Bool, owner: UInt, pid: Int32) {
    self.start = start
    self.end = end
    self.isExclusive = isExclusive
    self.owner = owner
    self.pid = pid
  }

  fileprivate func overlaps(_ other: RecordLock) -> Bool { start <= other.end && other.start <= end }

  fileprivate func conflicts(with other: RecordLock) -> Bool {
    owner != other.owner && (isExclusive || other.isExclusive) && overlaps(other)
  }
}

public final class RecordLocks {
  fileprivate var held: [RecordLock] = []
  public let queue = WaitQueue()

  /// Takes the range away from what its owner holds; what is left on either side stays.
  fileprivate func carve(_ range: RecordLock) {
    var index = 0
    while index < held.count {
      let lock = held[index]
      guard lock.owner == range.owner, lock.overlaps(range) else {
        index += 1
        continue
      }
      held.remove(at: index)
      if lock.start < range.start { insert(lock, lock.start, range.start - 1, at: &index) }
      if lock.end > range.end { insert(lock, range.end + 1, lock.end, at: &index) }
    }
  }

  private func insert(_ lock: RecordLock, _ start: Int64, _ end: Int64, at index: inout Int) {
    var part = lock
    part.start = start
    part.end = end
    held.insert(part, at: index)
    index += 1
  }

  /// Adds a range that its owner does not hold, and joins it with neighbours of its kind.
  fileprivate func add(_ range: RecordLock) {
    var range = range
    held.removeAll { lock in
      guard lock.owner == range.owner, lock.isExclusive == range.isExclusive else { return false }
      let touches = lock.end != .max && lock.end + 1 == range.start || range.end != .max && range.end + 1 == lock.start
      guard touches else { return false }
      range.start = min(range.start, lock.start)
      range.end = max(range.end, lock.end)
      return true
    }
    held.append(range)
  }
}

extension Inode {
  /// The queue of those who wait for a range.
  public final var recordLockQueue: WaitQueue { lock.withLock { madeRecordLocks() }.queue }

  /// F_SETLK with F_RDLCK or F_WRLCK.
  /// - Throws: EAGAIN when somebody else's lock is in the way.
  public final func lockRecord(_ wanted: RecordLock) throws(Errno) {
    try lock.withLock { () throws(Errno) in
      let locks = madeRecordLocks()
      for other in locks.held where wanted.conflicts(with: other) { throw .EAGAIN }
      locks.carve(wanted)
      locks.add(wanted)
    }
  }

  /// F_SETLK with F_UNLCK.
  public final func unlockRecord(_ range: RecordLock) {
    guard let locks = recordLocks else { return }
    lock.withLock { locks.carve(range) }
    locks.queue.wakeAll()
  }

  /// F_GETLK: a lock that is in the way of `wanted`.
  public final func recordLock(against wanted: RecordLock) -> RecordLock? {
    lock.withLock {
      guard let locks = recordLocks else { return nil }
      for other in locks.held where wanted.conflicts(with: other) { return other }
      return nil
    }
  }

  private final func madeRecordLocks() -> RecordLocks {
    if let made = recordLocks { return made }
    let made = RecordLocks()
    recordLocks = made
    return made
  }
}
