// A terminal: the line discipline between a serial line and programs (termios(3)).
//
// Input comes from an interrupt through `receive`; output goes to the host's `output`. Lock: `lock` (class terminal,
// interrupts off) guards everything below; user memory is copied outside it, through a buffer on the stack. Signals
// from the keyboard wait in `pendingSignals` until `deliverSignals` is called outside the interrupt.

import CMachine
import LinuxABI

public final class Terminal {
  let lock = InterruptSpinLock<Locks.Terminal>()
  public let host: TerminalHost
  public let device: DeviceNumber
  public let readQueue = WaitQueue()
  public let writeQueue = WaitQueue()
  var settings = Termios()
  var size = WindowSize()
  var input: InputQueue
  var output = OutputProcessor()
  /// The column where the edited line began.
  var lineStart = 0
  var takesNextLiterally = false
  /// Stopped by ^S: writers wait for ^Q.
  var isStopped = false
  var pendingSignals: UInt64 = 0
  /// The other end has gone for good: reads end, writes fail.
  public internal(set) var isHungUp = false
  /// Open files on it, and whether there ever was one.
  public private(set) var users = 0
  public private(set) var wasOpened = false
  /// The session that it controls, and that session's foreground process group; 0 for none.
  public internal(set) var session: Int32 = 0
  public internal(set) var foregroundGroup: Int32 = 0

  /// - Throws: ENOMEM.
  public init(host: TerminalHost, device: DeviceNumber) throws(Errno) {
    self.host = host
    self.device = device
    input = try InputQueue()
  }

  deinit { input.free() }

  /// A file on it was opened, or closed. Returns how many there are now.
  @discardableResult
  func countUser(_ change: Int) -> Int {
    lock.withLock {
      users += change
      wasOpened = true
      return users
    }
  }

  /// The other end has gone: everybody who waits is told, and the session that it controls is hung up.
  public func hangUp() {
    lock.withLock { isHungUp = true }
    releaseSession(session)
    readQueue.wakeAll()
    writeQueue.wakeAll()
  }

  /// For a line that is no terminal at the other end: nothing is echoed, and newlines stay as they are.
  public func makePlain() {
    lock.withLock {
      settings.local.remove(.echo)
      settings.output.remove(.newlineToCarriageReturnNewline)
    }
  }

  /// False while received bytes would be lost for want of a reader. A line without an end must be taken all the same.
  public var hasRoom: Bool { !input.isNearlyFull || input.readableCount == 0 }

  var isCanonical: Bool { settings.local.contains(.canonical) }

  // MARK: Reading

  /// Reads a line, or in raw mode what VMIN asks for.
  /// - Throws: EAGAIN when more must be typed (bytes may have moved); what job control throws.
  func read(_ transfer: inout UserTransfer) throws(Errno) {
    guard transfer.remaining > 0, !isHungUp else { return }
    try checkForeground(SignalNumber.terminalInput)
    var chunk = InlineArray<256, UInt8>(repeating: 0)
    while true {
      let taken = lock.withLock { take(&chunk, min(transfer.remaining, chunk.count)) }
      let copied = withUnsafeBytes(of: &chunk) { transfer.copyOut($0.baseAddress.unsafelyUnwrapped, taken.count) }
      if copied < taken.count || taken.isComplete || transfer.remaining == 0 { return }
      guard taken.count > 0 else { break }
    }
    guard lock.withLock({ isSatisfied(transfer.transferred) }) else { throw .EAGAIN }
  }

  private struct Taken {
    var count = 0
    /// A line's end came.
    var isComplete = false
  }

  /// Moves bytes to `chunk`, up to a line's end in canonical mode. Lock held.
  private func take(_ chunk: inout InlineArray<256, UInt8>, _ limit: Int) -> Taken {
    var taken = Taken()
    while taken.count < limit, let cell = input.take() {
      if cell.isEndOfFile {
        taken.isComplete = true
        return taken
      }
      chunk[taken.count] = cell.byte
      taken.count += 1
      if isCanonical && cell.isLineEnd {
        taken.isComplete = true
        return taken
      }
    }
    // A full buffer just before an end-of-file mark takes the mark along, or the next read would see an end.
    if isCanonical, taken.count == limit, input.peek()?.isEndOfFile == true { _ = input.take() }
    // Input left from before a change to canonical mode has no line's end: what there is completes the read.
    if isCanonical, taken.count > 0, input.readableCount == 0 { taken.isComplete = true }
    return taken
  }

  /// Whether a raw read may return with `count` bytes. Lock held.
  private func isSatisfied(_ count: Int) -> Bool {
    if isCanonical { return false }
    let minimum = Int(settings[.minimum])
    if minimum == 0 { return count > 0 || settings[.time] == 0 }
    return count >= minimum
  }

  /// VTIME: how long a read that has `count` bytes waits for the next one.
  func patience(afterBytes count: Int) -> UInt64? {
    lock.withLock {
      let tenths = UInt64(settings[.time])
      guard !isCanonical, tenths > 0, settings[.minimum] == 0 || count > 0 else { return nil }
      return tenths * 100_000_000
    }
  }

  // MARK: Writing

  /// A line is slow: after so many bytes the caller gets a chance to do something else.
  private static let writeSlice = 4096

  /// - Throws: EAGAIN while stopped by ^S, and after a slice; what job control throws.
  func write(_ transfer: inout UserTransfer) throws(Errno) {
    if settings.local.contains(.stopBackgroundOutput) { try checkForeground(SignalNumber.terminalOutput) }
    var chunk = InlineArray<256, UInt8>(repeating: 0)
    let end = transfer.transferred + Self.writeSlice
    while transfer.remaining > 0 {
      if isHungUp { throw .EIO }
      // A chunk may double: each newline becomes two bytes.
      if isStopped || transfer.transferred >= end || host.room < 2 * chunk.count { throw .EAGAIN }
      let count = withUnsafeMutableBytes(of: &chunk) { bytes in
        let count = transfer.copyIn(bytes.baseAddress.unsafelyUnwrapped, min(transfer.remaining, bytes.count))
        lock.withLock { put(UnsafeRawBufferPointer(rebasing: bytes[..<count])) }
        return count
      }
      if count == 0 { return }
    }
  }

  /// Processes and sends bytes. Lock held.
  func put(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes { output.put(byte, settings.output, host) }
    output.flush(host)
  }

  // MARK: Readiness

  func poll() -> PollEvents {
    lock.withLock {
      var result: PollEvents = isStopped ? [] : .writable
      let enough = isCanonical || settings[.time] > 0 ? 1 : max(1, Int(settings[.minimum]))
      if input.readableCount >= enough { result.formUnion(.readable) }
      if isHungUp { result.formUnion([.readable, .hangUp, .error]) }
      return result
    }
  }
}
