// An open terminal.

import LinuxABI

public final class TerminalFile: OpenFile {
  private let device: Terminal

  public init(_ inode: Inode, _ flags: OpenFlags, _ terminal: Terminal) {
    device = terminal
    super.init(inode, flags)
    terminal.countUser(1)
  }

  deinit { if device.countUser(-1) == 0 { device.host.lastUserLeft() } }

  public override func read(_ transfer: inout UserTransfer) throws(Errno) { try device.read(&transfer) }
  public override func write(_ transfer: inout UserTransfer) throws(Errno) { try device.write(&transfer) }
  public override var isSeekable: Bool { false }
  public override func poll() -> PollEvents { device.poll() }
  public override var readQueue: WaitQueue? { device.readQueue }
  public override var writeQueue: WaitQueue? { device.writeQueue }
  public override func readPatience(afterBytes count: Int) -> UInt64? { device.patience(afterBytes: count) }
  public override var terminal: Terminal? { device }

  public override func ioctl(_ request: UInt32, _ argument: UInt) throws(Errno) -> Int {
    if device.isHungUp { throw .EIO }
    return try device.ioctl(request, argument)
  }
}
