// eventfd(2): a counter that reads take and writes add to. Lock: `state` (class event); user memory is copied outside it.

import CMachine
import LinuxABI

public final class EventFile: OpenFile {
  private let state = SpinLock<Locks.Event>()
  private var count: UInt64
  /// EFD_SEMAPHORE: a read takes one.
  private let isSemaphore: Bool
  private let readers = WaitQueue()
  private let writers = WaitQueue()

  public init(count: UInt64, isSemaphore: Bool, flags: OpenFlags) {
    self.count = count
    self.isSemaphore = isSemaphore
    super.init(AnonymousInode(.event), flags.union(.readWrite))
  }

  public override func read(_ transfer: inout UserTransfer) throws(Errno) {
    guard transfer.remaining >= 8 else { throw .EINVAL }
    var taken = state.withLock {
      let taken = isSemaphore ? min(count, 1) : count
      count -= taken
      return taken
    }
    guard taken > 0 else { throw .EAGAIN }
    writers.wakeAll()
    _ = transfer.copyOut(&taken, 8)
  }

  public override func write(_ transfer: inout UserTransfer) throws(Errno) {
    guard transfer.remaining >= 8 else { throw .EINVAL }
    // A retry after EAGAIN reads the value again: nothing has been taken from the transfer.
    var attempt = transfer
    var added: UInt64 = 0
    guard attempt.copyIn(&added, 8) == 8 else { throw .EFAULT }
    guard added < .max else { throw .EINVAL }
    let isAdded = state.withLock {
      guard added <= .max - 1 - count else { return false }
      count += added
      return true
    }
    guard isAdded else { throw .EAGAIN }
    attempt.limit(to: 0)
    transfer = attempt
    readers.wakeAll()
  }

  public override func poll() -> PollEvents {
    state.withLock {
      var result = PollEvents()
      if count > 0 { result.formUnion(.readable) }
      if count < .max - 1 { result.formUnion(.writable) }
      return result
    }
  }

  public override var isSeekable: Bool { false }
  public override func seek(_ distance: Int64, _ whence: Int32) throws(Errno) -> Int64 { 0 }
  public override var readQueue: WaitQueue? { readers }
  public override var writeQueue: WaitQueue? { writers }
}
