// What a terminal asks of the machine and of the process table. The kernel overrides all of it; the tests record.

import LinuxABI

open class TerminalHost {
  public init() {}

  /// Sends bytes to the line. Called with the terminal's lock held and interrupts off: must not
  /// sleep; it may wait for the line, as a UART at its own speed makes it.
  open func output(_ bytes: UnsafeRawBufferPointer) {}

  /// How many bytes `output` has room for; writers wait while there are few. What an echo finds no room for is lost.
  open var room: Int { .max }

  /// A signal waits in the terminal: have `deliverSignals` called soon, from a place that may take the process
  /// table's lock. Called from interrupts.
  open func requestDelivery() {}

  /// No file is open on the terminal any more.
  open func lastUserLeft() {}

  /// Sends a signal to every process of a group. Called with no lock held.
  open func signal(group: Int32, _ signal: Int32) {}

  // Of the calling process:
  open func currentSession() -> Int32 { 0 }
  open func currentGroup() -> Int32 { 0 }
  open func isSessionLeader() -> Bool { false }
  open func isPrivileged() -> Bool { true }
  open func ignoresOrBlocks(_ signal: Int32) -> Bool { false }

  /// No process of the group has a parent in another group of the same session: nobody would continue it.
  open func isOrphaned(group: Int32) -> Bool { false }
  /// The session of a process group; nil when there is none.
  open func session(ofGroup group: Int32) -> Int32? { nil }
}
