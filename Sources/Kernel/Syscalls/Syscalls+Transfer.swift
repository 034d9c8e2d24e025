// How reads and writes wait. The file moves what it can; here the call sleeps and goes on, or gives up.

import KernelCore
import LinuxABI

extension Syscalls {
  /// Reads into `transfer`; waits for the first bytes unless the file is non-blocking.
  @inline(__always)
  static func receive(
    _ caller: Thread, _ file: OpenFile, _ transfer: inout UserTransfer, noWait: Bool = false
  ) throws(Errno) -> Int {
    do throws(Errno) { try file.read(&transfer) } catch {
      return try receiveSlowly(caller, file, &transfer, error, noWait)
    }
    return try transfer.result()
  }

  /// Writes all of `transfer`, waiting for room unless the file is non-blocking.
  @inline(__always)
  static func send(
    _ caller: Thread, _ file: OpenFile, _ transfer: inout UserTransfer, noWait: Bool = false
  ) throws(Errno) -> Int {
    do throws(Errno) { try file.write(&transfer) } catch {
      return try sendSlowly(caller, file, &transfer, error, noWait)
    }
    return try transfer.result()
  }

  @inline(never)
  private static func receiveSlowly(
    _ caller: Thread, _ file: OpenFile, _ transfer: inout UserTransfer, _ first: Errno, _ noWait: Bool
  ) throws(Errno) -> Int {
    var failure = first
    while failure == .EAGAIN, !noWait, !file.flags.contains(.nonBlocking), let queue = file.readQueue {
      let deadline = file.readPatience(afterBytes: transfer.transferred).map { Clock.monotonic() &+ $0 }
      do throws(Errno) {
        let isDone = try caller.sleep(on: queue, deadline: deadline) { () throws(Errno) -> Bool? in
          try advance(&transfer) { (transfer: inout UserTransfer) throws(Errno) in try file.read(&transfer) }
        }
        if isDone { return try transfer.result() }
        try caller.breathe()
      } catch {
        // The patience of a terminal's VTIME is over: what came is the result.
        if error == .ETIMEDOUT { return transfer.transferred }
        failure = error
      }
    }
    return try partial(transfer, failure)
  }

  @inline(never)
  private static func sendSlowly(
    _ caller: Thread, _ file: OpenFile, _ transfer: inout UserTransfer, _ first: Errno, _ noWait: Bool
  ) throws(Errno) -> Int {
    var failure = first
    while failure == .EAGAIN, !noWait, !file.flags.contains(.nonBlocking), let queue = file.writeQueue {
      do throws(Errno) {
        let isDone = try caller.sleep(on: queue) { () throws(Errno) -> Bool? in
          try advance(&transfer) { (transfer: inout UserTransfer) throws(Errno) in try file.write(&transfer) }
        }
        if isDone { return try transfer.result() }
        try caller.breathe()
      } catch { failure = error }
    }
    if failure == .EPIPE { caller.raise(SignalNumber.pipe) }
    return try partial(transfer, failure)
  }

  /// One attempt: true when the transfer is done, false when it has come on, nil to sleep.
  private static func advance(
    _ transfer: inout UserTransfer, _ attempt: (inout UserTransfer) throws(Errno) -> Void
  ) throws(Errno) -> Bool? {
    let before = transfer.transferred
    do throws(Errno) {
      try attempt(&transfer)
      return true
    } catch {
      guard error == .EAGAIN else { throw error }
      return transfer.transferred > before ? false : nil
    }
  }

  /// Bytes moved before the failure count for more than the failure.
  private static func partial(_ transfer: UserTransfer, _ failure: Errno) throws(Errno) -> Int {
    guard transfer.transferred == 0 else { return transfer.transferred }
    throw failure
  }

  /// RLIMIT_FSIZE: cuts a write to a regular file.
  /// - Throws: EFBIG, with SIGXFSZ, when it starts at the limit or beyond.
  @inline(__always)
  static func limitSize(
    _ caller: Thread, _ file: OpenFile, _ transfer: inout UserTransfer, at position: Int64?
  ) throws(Errno) {
    let limit = caller.process.files.fileSizeLimit
    guard limit != .max, file.inode.mode.isRegular, transfer.remaining > 0 else { return }
    let start = file.flags.contains(.append) ? file.inode.size : position ?? file.offset
    guard start < limit else {
      caller.raise(SignalNumber.fileSize)
      throw .EFBIG
    }
    transfer.limit(to: Int(clamping: limit - start))
  }
}
