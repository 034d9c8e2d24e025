// Writing to descriptors, in full.

import Glibc
import Recordings

/// Writes everything; false when the descriptor takes no more.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var start = 0
  while start < bytes.count {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + start, bytes.count - start) }
    if count < 0 && errno == EINTR { continue }
    if count < 0 && errno == EAGAIN {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&waiting, 1, -1)
      continue
    }
    guard count > 0 else { return false }
    start += count
  }
  return true
}

func printError(_ line: String) { _ = writeAll(Array((line + "\n").utf8), to: 2) }

/// Prints to standard output; a reader that has gone away (`ktop dump … | head`) is no error.
func printOut(_ text: String) throws {
  guard !writeAll(Array(text.utf8), to: 1) else { return }
  if errno == EPIPE { exit(0) }
  throw ToolError.ofErrno(.inputOutput, "cannot write to standard output")
}
