// The device nodes of a terminal: /dev/console, ttyS0 for the same line, and /dev/tty, which means the caller's terminal.

import CMachine
import LinuxABI

public final class TerminalDevice: CharacterDevice {
  private let terminal: Terminal?

  /// The device of one terminal; without one, of the terminal that controls the caller's session (/dev/tty).
  public init(_ terminal: Terminal?, _ number: DeviceNumber) {
    self.terminal = terminal
    super.init(major: number.major, minor: number.minor)
  }

  /// Registers the machine's first line under its three nodes. Called once, at boot.
  public static func registerConsole(_ terminal: Terminal) {
    Terminals.add(terminal)
    DeviceTable.register(TerminalDevice(terminal, DeviceNumber(major: 5, minor: 1)))
    DeviceTable.register(TerminalDevice(terminal, DeviceNumber(major: 4, minor: 64)))
    DeviceTable.register(TerminalDevice(nil, DeviceNumber(major: 5, minor: 0)))
  }

  /// Opening a line may make it the controlling terminal.
  public override func open(_ inode: Inode, _ flags: OpenFlags) throws(Errno) -> OpenFile {
    if let terminal {
      terminal.adopt(flags)
      return TerminalFile(inode, flags, terminal)
    }
    guard let terminal = Terminals.find(session: Terminals.currentSession()) else { throw .ENXIO }
    return TerminalFile(inode, flags, terminal)
  }
}

/// All terminals there are. Lock: class names.
public enum Terminals {
  nonisolated(unsafe) private static var all: [Terminal] = []
  private static let lock = SpinLock<Locks.Names>()
  /// The caller's session; the kernel sets it at boot.
  nonisolated(unsafe) public static var currentSession: () -> Int32 = { 0 }

  public static func add(_ terminal: Terminal) { lock.withLock { all.append(terminal) } }

  public static func remove(_ terminal: Terminal) {
    let removed = lock.withLock { all.firstIndex { $0 === terminal }.map { all.remove(at: $0) } }
    _ = removed
  }

  /// The terminal that controls a session.
  public static func find(session: Int32) -> Terminal? {
    guard session != 0 else { return nil }
    return lock.withLock { all.first { $0.session == session } }
  }
}
