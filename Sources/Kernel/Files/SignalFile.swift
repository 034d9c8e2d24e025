// signalfd(2): the caller's pending signals as a file. It shows every reader that reader's own signals.
// `set` is a word, changed by signalfd on an existing descriptor.

import KernelCore
import LinuxABI

final class SignalFile: OpenFile {
  var set: SignalSet

  init(_ set: SignalSet, _ flags: OpenFlags) {
    self.set = set
    super.init(AnonymousInode(.signal), flags.union(.readWrite))
  }

  override func read(_ transfer: inout UserTransfer) throws(Errno) {
    let size = MemoryLayout<SignalFileInfo>.size
    guard transfer.remaining >= size else { throw .EINVAL }
    let before = transfer.transferred
    while transfer.remaining >= size, let info = Syscalls.takeSignal(Thread.current, set) {
      var record = SignalFileInfo(info)
      guard transfer.copyOut(&record, size) == size else { return }
    }
    // Part of a record never goes.
    if transfer.transferred == before { throw .EAGAIN }
  }

  override func write(_ transfer: inout UserTransfer) throws(Errno) { throw .EINVAL }
  override var isSeekable: Bool { false }
  override func seek(_ distance: Int64, _ whence: Int32) throws(Errno) -> Int64 { 0 }
  override var readQueue: WaitQueue? { Thread.current.process.actions.signalQueue }

  /// Called inside an epoll's lock, which the signals' comes before: two words are read without it, as a sleeper does
  /// that looks for signals.
  override func poll() -> PollEvents {
    let thread = Thread.current
    let pending = thread.pending.set.bits | thread.process.pending.set.bits
    return pending & set.bits != 0 ? .readable : []
  }
}
