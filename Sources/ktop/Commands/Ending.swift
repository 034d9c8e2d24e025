// How commands end: what is thrown becomes a line on standard error and a status.

import Glibc
import Guest
import Recordings

/// Runs a command and ends the process with its status, or with that of what it throws.
func endingWithStatus(_ body: () async throws -> Int32) async -> Never {
  do { exit(try await body()) } catch let error as ToolError {
    printError("ktop: \(error)")
    exit(error.exitCode)
  } catch let error as GuestError {
    printError("ktop: \(error)")
    exit(error.exitCode)
  } catch {
    printError("ktop: \(error)")
    exit(ToolError.Kind.failure.rawValue)
  }
}

extension ToolError {
  /// With the reason why the last system call failed.
  static func ofErrno(_ kind: Kind, _ what: String) -> ToolError {
    ToolError(kind, "\(what): \(String(cString: strerror(errno)))")
  }
}
