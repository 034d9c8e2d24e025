// Locks on byte ranges of files (fcntl(2), "Advisory record locking" and "Open file description locks").
//
// A POSIX lock belongs to a process, which is a descriptor table here; an OFD lock to an open file description. One lock
// (class record_locks) guards the locks of all files and who waits for whom. Nothing sleeps here.

import CMachine
import LinuxABI

/// struct flock: 32 bytes.
public struct FileLockRequest: BitwiseCopyable, Sendable {
  public var type: Int16 = 0
  public var whence: Int16 = 0
  private var padding: Int32 = 0
  public var start: Int64 = 0
  public var length: Int64 = 0
  public var pid: Int32 = 0
  private var end: Int32 = 0

  public init() {}

  public static var read: Int16 { 0 }
  public static var write: Int16 { 1 }
  public static var unlock: Int16 { 2 }
}

/// Bytes [start, end], end included; Int64.max is the end of any file.
struct RecordLock {
  var start: Int64
  var end: Int64
  var isWrite: Bool
  /// Identity of a table or an open file.
  var owner: UInt
  /// For F_GETLK; -1 for a lock of an open file description.
  var pid: Int32

  func overlaps(_ other: RecordLock) -> Bool { start <= other.end && other.start <= end }
  func conflicts(with other: RecordLock) -> Bool {
    owner != other.owner && (isWrite || other.isWrite) && overlaps(other)
  }
}

/// Who asks for a lock.
public struct RecordLockOwner {
  let identity: UInt
  let pid: Int32

  public init(process table: FileTable, pid: Int32) {
    identity = UInt(bitPattern: Unmanaged.passUnretained(table).toOpaque())
    self.pid = pid
  }

  public var isDescription: Bool { pid < 0 }

  public init(description file: OpenFile) {
    identity = UInt(bitPattern: Unmanaged.passUnretained(file).toOpaque())
    pid = -1
  }
}

public enum RecordLocks {
  private static let lock = SpinLock<Locks.RecordLocks>()
  nonisolated(unsafe) private static var waits: [(waiter: UInt, blocker: UInt)] = []

  /// The range of a request in bytes of the file.
  /// - Throws: EINVAL, EOVERFLOW.
  private static func range(
    _ request: FileLockRequest, _ file: OpenFile
  ) throws(Errno) -> (start: Int64, end: Int64) {
    let base: Int64
    switch Int32(request.whence) {
    case Whence.set: base = 0
    case Whence.current: base = file.offset
    case Whence.end: base = file.inode.size
    default: throw .EINVAL
    }
    let (start, overflow) = base.addingReportingOverflow(request.start)
    guard !overflow else { throw .EOVERFLOW }
    guard start >= 0 else { throw .EINVAL }
    if request.length == 0 { return (start, .max) }
    if request.length > 0 {
      let (end, overflow) = start.addingReportingOverflow(request.length - 1)
      guard !overflow else { throw .EOVERFLOW }
      return (start, end)
    }
    guard start + request.length >= 0 else { throw .EINVAL }
    return (start + request.length, start - 1)
  }

  private static func wanted(
    _ request: FileLockRequest, _ file: OpenFile, _ owner: RecordLockOwner
  ) throws(Errno) -> RecordLock {
    let (start, end) = try range(request, file)
    return RecordLock(
      start: start, end: end, isWrite: request.type == FileLockRequest.write, owner: owner.identity, pid: owner.pid)
  }

  /// F_GETLK: a lock that is in the way, or F_UNLCK in `type`.
  public static func test(
    _ request: FileLockRequest, _ file: OpenFile, _ owner: RecordLockOwner
  ) throws(Errno) -> FileLockRequest {
    guard request.type == FileLockRequest.read || request.type == FileLockRequest.write else { throw .EINVAL }
    let wanted = try wanted(request, file, owner)
    let found = lock.withLock { file.inode.recordLocks.first { $0.conflicts(with: wanted) } }
    var result = request
    guard let found else {
      result.type = FileLockRequest.unlock
      return result
    }
    result.type = found.isWrite ? FileLockRequest.write : FileLockRequest.read
    result.whence = 0
    result.start = found.start
    result.length = found.end == .max ? 0 : found.end - found.start + 1
    result.pid = found.pid
    return result
  }

  /// F_SETLK: takes, changes or gives up a range.
  /// - Throws: EAGAIN when another's lock is in the way; with `waits`, EDEADLK when that one waits for this owner.
  public static func set(
    _ request: FileLockRequest, _ file: OpenFile, _ owner: RecordLockOwner, waits: Bool
  ) throws(Errno) {
    let wanted = try wanted(request, file, owner)
    let isUnlock = request.type == FileLockRequest.unlock
    guard isUnlock || request.type == FileLockRequest.read || request.type == FileLockRequest.write else {
      throw .EINVAL
    }
    let queue = try lock.withLock { () throws(Errno) in
      self.waits.removeAll { $0.waiter == owner.identity }
      if !isUnlock, let blocker = file.inode.recordLocks.first(where: { $0.conflicts(with: wanted) }) {
        guard waits else { throw .EAGAIN }
        guard owner.pid < 0 || !isWaiting(blocker.owner, for: owner.identity) else { throw .EDEADLK }
        self.waits.append((owner.identity, blocker.owner))
        throw .EAGAIN
      }
      replace(wanted, in: file.inode, isUnlock: isUnlock)
      return file.inode.recordLockQueue
    }
    queue?.wakeAll()
  }

  /// A wait is over, however it ended.
  public static func endWait(_ owner: RecordLockOwner) {
    lock.withLock { waits.removeAll { $0.waiter == owner.identity } }
  }

  /// Where those wait who want a lock on this file.
  public static func queue(of inode: Inode) -> WaitQueue {
    lock.withLock {
      let queue = inode.recordLockQueue ?? WaitQueue()
      inode.recordLockQueue = queue
      return queue
    }
  }

  private static func isWaiting(_ waiter: UInt, for owner: UInt) -> Bool {
    var next = waiter
    for _ in 0...waits.count {
      if next == owner { return true }
      guard let wait = waits.first(where: { $0.waiter == next }) else { return false }
      next = wait.blocker
    }
    return false
  }

  /// Cuts the owner's own locks around the new one, and joins what touches and is alike. Lock held.
  private static func replace(_ wanted: RecordLock, in inode: Inode, isUnlock: Bool) {
    var merged = wanted
    var rest: [RecordLock] = []
    for held in inode.recordLocks {
      let touches =
        held.start <= (wanted.end == .max ? .max : wanted.end + 1)
        && wanted.start <= (held.end == .max ? .max : held.end + 1)
      guard held.owner == wanted.owner, touches else {
        rest.append(held)
        continue
      }
      if !isUnlock, held.isWrite == wanted.isWrite {
        merged.start = min(merged.start, held.start)
        merged.end = max(merged.end, held.end)
        continue
      }
      if held.start < wanted.start {
        var before = held
        before.end = min(held.end, wanted.start - 1)
        rest.append(before)
      }
      if held.end > wanted.end {
        var after = held
        after.start = max(held.start, wanted.end + 1)
        rest.append(after)
      }
    }
    if !isUnlock { rest.append(merged) }
    rest.sort { $0.start < $1.start }
    inode.recordLocks = rest
    if !rest.isEmpty { inode.hadRecordLocks = true }
  }

  /// Closing any descriptor of a file gives up the process's locks on it, and the last one those of the description.
  static func release(_ inode: Inode, owner: UInt) {
    guard inode.hadRecordLocks else { return }
    let queue = lock.withLock {
      inode.recordLocks.removeAll { $0.owner == owner }
      return inode.recordLockQueue
    }
    queue?.wakeAll()
  }
}
