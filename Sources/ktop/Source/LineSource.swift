// A line that is open: socket, terminal, FIFO or a pair of FIFOs. Owns its descriptors.

import Glibc

final class LineSource: ByteSource {
  let label: String
  let breath: Double
  private let line: Int32
  private let commands: Int32?

  /// - Parameters:
  ///   - line: where the trace comes from.
  ///   - commands: where commands go, often the same; nil when they go nowhere.
  ///   - isFIFO: holds much more than sockets and terminals do.
  init(_ line: Int32, commands: Int32?, label: String, isFIFO: Bool = false) {
    self.line = line
    self.commands = commands
    self.label = label
    // QEMU sends single bytes, and a unix socket holds fewer than 300 of them: waiting long would slow the line down.
    breath = isFIFO ? 0.01 : 0.001
  }

  deinit {
    close(line)
    if let commands, commands != line { close(commands) }
  }

  var descriptor: Int32? { line }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    let count = Glibc.read(line, buffer.baseAddress, buffer.count)
    if count > 0 { return .bytes(count) }
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return .nothing }
    // A terminal whose other side has closed says EIO.
    guard count == 0 || errno == EIO || errno == ECONNRESET else {
      return .ended("read error: \(String(cString: strerror(errno)))")
    }
    return .ended("connection closed")
  }

  // A command is far smaller than any buffer; when that is full nobody listens.
  func send(_ bytes: [UInt8]) -> Bool {
    guard let commands else { return false }
    return write(commands, bytes, bytes.count) == bytes.count
  }
}
