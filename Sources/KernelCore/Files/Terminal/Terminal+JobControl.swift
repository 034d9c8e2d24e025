// Whose terminal it is: controlling session, foreground group, and what a background process may do (credentials(7),
// tcsetpgrp(3)).

import LinuxABI

extension Terminal {
  /// Stops a background process that reads, or changes the terminal.
  /// - Throws: `.restart` after sending the signal; EIO when stopping would be for ever.
  func checkForeground(_ signal: Int32) throws(Errno) {
    guard session != 0, host.currentSession() == session else { return }
    let group = host.currentGroup()
    guard foregroundGroup != 0, group != foregroundGroup else { return }
    if host.ignoresOrBlocks(signal) {
      if signal == SignalNumber.terminalInput { throw .EIO }
      return
    }
    if host.isOrphaned(group: group) { throw .EIO }
    host.signal(group: group, signal)
    throw .restart
  }

  /// Opening a terminal without O_NOCTTY: a session leader that has none takes it.
  public func adopt(_ flags: OpenFlags) {
    guard !flags.contains(.noControllingTerminal), host.isSessionLeader() else { return }
    guard Terminals.find(session: host.currentSession()) == nil else { return }
    lock.withLock {
      guard session == 0 else { return }
      control(by: host.currentSession(), host.currentGroup())
    }
  }

  /// The session's leader has exited, or gave the terminal up: its foreground group is hung up.
  public func releaseSession(_ leaving: Int32) {
    let group: Int32 = lock.withLock {
      guard session == leaving else { return 0 }
      defer { control(by: 0, 0) }
      return foregroundGroup
    }
    guard group > 0 else { return }
    host.signal(group: group, SignalNumber.hangUp)
    host.signal(group: group, SignalNumber.continue)
  }

  /// Gives the terminal to a session at boot, before it has run.
  public func setSession(_ session: Int32, foregroundGroup group: Int32) {
    lock.withLock { control(by: session, group) }
  }

  private func control(by newSession: Int32, _ group: Int32) {
    session = newSession
    foregroundGroup = group
  }

  private func checkControlling() throws(Errno) {
    guard session != 0, host.currentSession() == session else { throw .ENOTTY }
  }

  // MARK: Requests

  /// TIOCSCTTY.
  func take(stealing: Bool) throws(Errno) {
    guard host.isSessionLeader() else { throw .EPERM }
    guard session != host.currentSession() else { return }
    guard Terminals.find(session: host.currentSession()) == nil else { throw .EPERM }
    guard session == 0 || (stealing && host.isPrivileged()) else { throw .EPERM }
    lock.withLock { control(by: host.currentSession(), host.currentGroup()) }
  }

  /// TIOCNOTTY.
  func giveUp() throws(Errno) {
    try checkControlling()
    if host.isSessionLeader() { releaseSession(session) }
  }

  /// TIOCGPGRP.
  func foreground() throws(Errno) -> Int32 {
    try checkControlling()
    return foregroundGroup
  }

  /// TIOCSPGRP.
  func setForeground(_ group: Int32) throws(Errno) {
    try checkControlling()
    try checkForeground(SignalNumber.terminalOutput)
    guard group >= 0 else { throw .EINVAL }
    guard let owner = host.session(ofGroup: group) else { throw .ESRCH }
    guard owner == session else { throw .EPERM }
    lock.withLock { foregroundGroup = group }
  }

  /// TIOCGSID.
  func sessionID() throws(Errno) -> Int32 {
    try checkControlling()
    return session
  }
}
