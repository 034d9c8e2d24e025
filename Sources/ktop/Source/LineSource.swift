// A line that is open: socket, terminal or FIFO. Owns its descriptor.

import Glibc

final class LineSource: ByteSource {
  let label: String
  private let line: Int32
  private let takesCommands: Bool
  private var hasEnded = false

  init(_ line: Int32, label: String, takesCommands: Bool) {
    self.line = line
    self.label = label
    self.takesCommands = takesCommands
  }

  deinit { close(line) }

  var descriptor: Int32? { line }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    let count = Glibc.read(line, buffer.baseAddress, buffer.count)
    if count > 0 { return .bytes(count) }
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return .nothing }
    hasEnded = true
    // A terminal whose other side has closed says EIO.
    guard count == 0 || errno == EIO || errno == ECONNRESET else {
      return .ended("read error: \(String(cString: strerror(errno)))")
    }
    return .ended("connection closed")
  }

  // A command is far smaller than any socket buffer; when that is full nobody listens.
  func send(_ bytes: [UInt8]) -> Bool {
    guard takesCommands, !hasEnded else { return false }
    return write(line, bytes, bytes.count) == bytes.count
  }
}
