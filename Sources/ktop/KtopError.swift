// What goes wrong in ways the user should read about, with the exit status that fits (sysexits.h).

import Glibc
import Guest

struct KtopError: Error, CustomStringConvertible {
  enum Status: Int32 {
    case failure = 1
    case badInput = 65
    case noInput = 66
    case unavailable = 69
    case inputOutput = 74
  }

  var description: String
  var status: Status

  init(_ description: String, _ status: Status) {
    self.description = description
    self.status = status
  }

  /// The message of the last failed system call.
  static func ofErrno(_ what: String, _ status: Status) -> KtopError {
    KtopError("\(what): \(String(cString: strerror(errno)))", status)
  }
}

/// Prints what is thrown the way all our commands do, and ends with its status.
func endingWithStatus(_ body: () async throws -> Int32) async -> Never {
  do { exit(try await body()) } catch let error as KtopError {
    printError("ktop: \(error)")
    exit(error.status.rawValue)
  } catch let error as GuestError {
    printError("ktop: \(error)")
    exit(error.exitCode)
  } catch {
    printError("ktop: \(error)")
    exit(KtopError.Status.failure.rawValue)
  }
}

func printError(_ line: String) { _ = writeAll(Array((line + "\n").utf8), to: 2) }

/// Writes everything; false when the descriptor takes no more.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var start = 0
  while start < bytes.count {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + start, bytes.count - start) }
    if count < 0 && (errno == EINTR) { continue }
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

/// Prints to standard output; a reader that has gone away (`ktop dump … | head`) is no error.
func printOut(_ text: String) throws {
  guard !writeAll(Array(text.utf8), to: 1) else { return }
  if errno == EPIPE { exit(0) }
  throw KtopError.ofErrno("cannot write to standard output", .inputOutput)
}
