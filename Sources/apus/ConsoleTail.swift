// Follows the file that a guest's console is written to, and passes its bytes on to standard output.

import Glibc
import Guest
import SystemPackage

final class ConsoleTail: Sendable {
  let path: FilePath

  init() throws {
    var template = Array("/tmp/apus-console.XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw GuestError("cannot make a file in /tmp: \(SystemPackage.Errno(rawValue: errno))", exitCode: 74)
    }
    close(descriptor)
    path = template.withUnsafeBufferPointer { FilePath(platformString: $0.baseAddress!) }
  }

  deinit { _ = path.withPlatformString { unlink($0) } }

  /// Copies until cancelled, then what is left.
  func follow() async throws {
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    while !Task.isCancelled {
      try copyRest(of: file)
      try? await Task.sleep(for: .milliseconds(20))
    }
    try copyRest(of: file)
  }

  private func copyRest(of file: FileDescriptor) throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
      if count == 0 { return }
      try FileDescriptor.standardOutput.writeAll(buffer[..<count])
    }
  }
}
