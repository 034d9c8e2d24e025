// The device nodes of a terminal: /dev/console, ttyS0 for the same line, and /dev/tty, which means the caller's terminal.

import LinuxABI

public final class TerminalDevice: CharacterDevice {
  public enum Role: Sendable {
    /// The line itself: opening it may make it the controlling terminal.
    case line
    /// The terminal that controls the caller's session.
    case controlling
  }

  private let terminal: Terminal
  private let role: Role

  public init(_ role: Role, _ terminal: Terminal, _ number: DeviceNumber) {
    self.role = role
    self.terminal = terminal
    super.init(major: number.major, minor: number.minor)
  }

  /// Registers the machine's first line under its three nodes. Called once, at boot.
  public static func registerConsole(_ terminal: Terminal) {
    DeviceTable.register(TerminalDevice(.line, terminal, DeviceNumber(major: 5, minor: 1)))
    DeviceTable.register(TerminalDevice(.line, terminal, DeviceNumber(major: 4, minor: 64)))
    DeviceTable.register(TerminalDevice(.controlling, terminal, DeviceNumber(major: 5, minor: 0)))
  }

  public override func open(_ inode: Inode, _ flags: OpenFlags) throws(Errno) -> OpenFile {
    switch role {
    case .line: terminal.adopt(flags)
    case .controlling:
      guard terminal.session != 0, terminal.host.currentSession() == terminal.session else { throw .ENXIO }
    }
    return TerminalFile(inode, flags, terminal)
  }
}
