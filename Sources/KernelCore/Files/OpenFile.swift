// An open file description: what a descriptor refers to, shared by dup and fork. The last reference closes it: a kind
// that has something to do then does it in `deinit`, which may take that kind's locks but must not sleep.
//
// Nothing here sleeps. An operation that cannot go on throws EAGAIN (after advancing the transfer as far as it could);
// the system call layer sleeps on `readQueue` or `writeQueue` and tries again, or gives up for O_NONBLOCK.
// Lock: `lock` (class open_file) guards `offset` and is held across a seekable file's transfer, as POSIX wants reads and
// writes of one description to be atomic; the inode's lock and user copies come inside. `flags` is a word.

import CMachine
import LinuxABI
import Synchronization

open class OpenFile {
  public final let inode: Inode
  /// Access mode and status flags.
  public final var flags: OpenFlags
  public final var offset: Int64 = 0
  public final let lock = SpinLock<Locks.OpenFile>()
  /// What flock(2) holds by this description: 0, FileLock.shared or FileLock.exclusive.
  final var heldLock: Int32 = 0

  /// How many descriptors refer to it, in tables and in messages on their way.
  private let descriptors = Atomic<Int>(0)
  /// What epolls wait for it. Lock: `lock`.
  final var watchers: [EpollItem] = []

  public init(_ inode: Inode, _ flags: OpenFlags) {
    self.inode = inode
    self.flags = flags.subtracting(.transient)
    inode.filesystem.use()
  }

  deinit {
    inode.filesystem.leave()
    if heldLock != 0 { inode.releaseAdvisoryLock(heldLock) }
  }

  // MARK: Descriptors

  final func addDescriptor() { descriptors.wrappingAdd(1, ordering: .relaxed) }

  /// Called with no lock held; the caller's reference keeps the file.
  public final func dropDescriptor() {
    guard descriptors.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
    Epoll.forget(self)
    RecordLocks.release(inode, owner: UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque()))
    descriptorsGone()
  }

  final var hasDescriptors: Bool { descriptors.load(ordering: .acquiring) > 0 }

  /// No program can name it any more, though a call may still be using it. No lock is held.
  open func descriptorsGone() {}

  // MARK: Transfer

  /// Reads at the offset and advances it. At the end of file nothing moves.
  open func read(_ transfer: inout UserTransfer) throws(Errno) {
    lock.acquire()
    defer { lock.release() }
    let before = transfer.transferred
    try inode.read(&transfer, at: offset)
    offset += Int64(transfer.transferred - before)
  }

  /// Writes at the offset, or at the end with O_APPEND, and advances it.
  open func write(_ transfer: inout UserTransfer) throws(Errno) {
    lock.acquire()
    defer { lock.release() }
    let before = transfer.transferred
    do throws(Errno) {
      offset = try inode.write(&transfer, at: offset, append: flags.contains(.append))
    } catch {
      // What went in before the error counts: the caller gets a short count, and the next write goes on there.
      let written = Int64(transfer.transferred - before)
      if written > 0 { offset = flags.contains(.append) ? inode.size : offset + written }
      throw error
    }
  }

  /// pread(2): the offset stays.
  open func read(_ transfer: inout UserTransfer, at position: Int64) throws(Errno) {
    try inode.read(&transfer, at: position)
  }

  /// pwrite(2). As on Linux, O_APPEND appends whatever the position says.
  open func write(_ transfer: inout UserTransfer, at position: Int64) throws(Errno) {
    _ = try inode.write(&transfer, at: position, append: flags.contains(.append))
  }

  /// False for pipes and terminals: lseek and pread fail with ESPIPE.
  open var isSeekable: Bool { true }

  open func seek(_ distance: Int64, _ whence: Int32) throws(Errno) -> Int64 {
    guard isSeekable else { throw .ESPIPE }
    lock.acquire()
    defer { lock.release() }
    let target = try seekTarget(distance, whence)
    guard target >= 0 else { throw .EINVAL }
    offset = target
    return target
  }

  private func seekTarget(_ distance: Int64, _ whence: Int32) throws(Errno) -> Int64 {
    switch whence {
    case Whence.set: return distance
    case Whence.current: return try Self.sum(offset, distance)
    case Whence.end: return try Self.sum(inode.size, distance)
    case Whence.data, Whence.hole:
      guard distance >= 0 else { throw .ENXIO }
      return try inode.seek(distance, toData: whence == Whence.data)
    default: throw .EINVAL
    }
  }

  private static func sum(_ left: Int64, _ right: Int64) throws(Errno) -> Int64 {
    let (result, overflow) = left.addingReportingOverflow(right)
    guard !overflow else { throw .EOVERFLOW }
    return result
  }

  // MARK: Readiness

  open func poll() -> PollEvents { [.readable, .writable] }
  /// Woken when reading may go on; nil for files that never make a caller wait.
  open var readQueue: WaitQueue? { nil }
  open var writeQueue: WaitQueue? { nil }
  /// Nanoseconds that a read which got nothing more may wait; nil for ever (VTIME of a terminal).
  open func readPatience(afterBytes count: Int) -> UInt64? { nil }
  /// What an open still waits for: nil when it is complete (the other end of a FIFO).
  open func openQueue() -> WaitQueue? { nil }

  // MARK: The rest

  /// Requests that a kind knows. FIONBIO and its like are answered before.
  open func ioctl(_ request: UInt32, _ argument: UInt) throws(Errno) -> Int { throw .ENOTTY }

  /// Directory entries from the offset on.
  open func list(_ writer: inout DirentWriter) throws(Errno) { throw .ENOTDIR }

  /// The page of byte `index * pageSize`, with a reference for the caller, for a mapping; nil past the end.
  /// - Throws: ENODEV when the file cannot be mapped.
  open func page(at index: Int) throws(Errno) -> FrameNumber? { try inode.page(at: index) }

  /// The pipe that it is an end of.
  open var pipe: Pipe? { nil }
  /// The terminal that it is.
  open var terminal: Terminal? { nil }
}

/// An open directory: its offset is the cookie of the next entry.
public final class DirectoryFile: OpenFile {
  public override func read(_ transfer: inout UserTransfer) throws(Errno) { throw .EISDIR }
  public override func read(_ transfer: inout UserTransfer, at position: Int64) throws(Errno) { throw .EISDIR }
  public override func list(_ writer: inout DirentWriter) throws(Errno) { try inode.list(&writer) }
}
