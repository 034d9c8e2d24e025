// One open end of a pipe or FIFO; both ends when opened read-write.

import LinuxABI

public final class PipeEnd: OpenFile {
  private let ring: Pipe
  /// Opens of the other end when this one was opened: a later one completes the open.
  private let writersSeen: Int
  private let readersSeen: Int
  private let waitsForPeer: Bool

  init(_ inode: Inode, _ ring: Pipe, _ flags: OpenFlags, waitsForPeer: Bool) {
    self.ring = ring
    self.waitsForPeer = waitsForPeer
    writersSeen = ring.writerOpens
    readersSeen = ring.readerOpens
    super.init(inode, flags)
    ring.open(self.flags)
  }

  deinit { ring.close(flags) }

  public override func read(_ transfer: inout UserTransfer) throws(Errno) { try ring.read(&transfer) }
  public override func write(_ transfer: inout UserTransfer) throws(Errno) { try ring.write(&transfer) }
  public override var isSeekable: Bool { false }

  public override func poll() -> PollEvents {
    var result = PollEvents()
    if flags.isReadable { result.formUnion(ring.pollReader(writersSeen: writersSeen)) }
    if flags.isWritable { result.formUnion(ring.pollWriter()) }
    return result
  }

  public override var readQueue: WaitQueue? { ring.readQueue }
  public override var writeQueue: WaitQueue? { ring.writeQueue }
  public override var pipe: Pipe? { ring }

  /// A FIFO's open waits until the other end has been opened, even if it was closed again since.
  public override func openQueue() -> WaitQueue? {
    guard waitsForPeer else { return nil }
    if flags.isReadable { return ring.writerOpens == writersSeen ? ring.readQueue : nil }
    return ring.readerOpens == readersSeen ? ring.writeQueue : nil
  }

  public override func ioctl(_ request: UInt32, _ argument: UInt) throws(Errno) -> Int {
    guard request == Ioctl.inputQueued else { throw .ENOTTY }
    try UserPointer<Int32>(argument).store(Int32(ring.count))
    return 0
  }
}
