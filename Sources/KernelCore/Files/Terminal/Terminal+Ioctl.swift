// Requests on a terminal (ioctl_tty(2)). User memory is read before the lock is taken and written after.

import LinuxABI

extension Terminal {
  public func ioctl(_ request: UInt32, _ argument: UInt) throws(Errno) -> Int {
    switch request {
    case Ioctl.getAttributes: try UserPointer<Termios>(argument).store(lock.withLock { settings })
    case Ioctl.setAttributes, Ioctl.setAttributesDrain: try setAttributes(argument, flushing: false)
    case Ioctl.setAttributesFlush: try setAttributes(argument, flushing: true)
    case Ioctl.getWindowSize: try UserPointer<WindowSize>(argument).store(lock.withLock { size })
    case Ioctl.setWindowSize: resize(try UserPointer<WindowSize>(argument).load())
    case Ioctl.getForegroundGroup: try UserPointer<Int32>(argument).store(foreground())
    case Ioctl.setForegroundGroup: try setForeground(try UserPointer<Int32>(argument).load())
    case Ioctl.getSession: try UserPointer<Int32>(argument).store(sessionID())
    case Ioctl.setControllingTerminal: try take(stealing: argument == 1)
    case Ioctl.giveUpTerminal: try giveUp()
    case Ioctl.inputQueued: try UserPointer<Int32>(argument).store(queuedBytes())
    case Ioctl.outputQueued: try UserPointer<Int32>(argument).store(0)
    case Ioctl.flush: try flush(argument)
    case Ioctl.startStop: try startStop(argument)
    case Ioctl.sendBreak, Ioctl.sendBreakPOSIX: try checkForeground(SignalNumber.terminalOutput)
    default: throw .ENOTTY
    }
    return 0
  }

  public var windowSize: WindowSize { lock.withLock { size } }

  /// Sets the size and tells the foreground group when it is another.
  public func resize(_ new: WindowSize) {
    let group: Int32 = lock.withLock {
      guard size != new else { return 0 }
      size = new
      return foregroundGroup
    }
    if group > 0 { host.signal(group: group, SignalNumber.windowChange) }
  }

  private func setAttributes(_ argument: UInt, flushing: Bool) throws(Errno) {
    try checkForeground(SignalNumber.terminalOutput)
    let new = try UserPointer<Termios>(argument).load()
    lock.withLock {
      if flushing { input.flush() }
      // What was typed before the change can be read after it, without a newline.
      if new.local.contains(.canonical) != isCanonical { input.commit() }
      settings = new
      if !new.input.contains(.startStop) { isStopped = false }
    }
    readQueue.wakeAll()
    writeQueue.wakeAll()
  }

  /// What a read would give: in canonical mode, without end-of-file marks.
  private func queuedBytes() -> Int32 {
    lock.withLock {
      var count: Int32 = 0
      for position in input.head..<input.committed where !input[position].isEndOfFile { count += 1 }
      return count
    }
  }

  private func flush(_ queue: UInt) throws(Errno) {
    try checkForeground(SignalNumber.terminalOutput)
    guard queue <= 2 else { throw .EINVAL }
    // Output (1) leaves at once; there is nothing to drop.
    if queue != 1 { lock.withLock { input.flush() } }
  }

  /// TCXONC: 0 and 1 suspend and resume output; the line sends no XOFF of its own (2, 3).
  private func startStop(_ action: UInt) throws(Errno) {
    try checkForeground(SignalNumber.terminalOutput)
    guard action <= 3 else { throw .EINVAL }
    if action <= 1 { lock.withLock { isStopped = action == 0 } }
    if action == 1 { writeQueue.wakeAll() }
  }
}
