// Bytes to a file or to standard output. Every error is told, that of the last byte included.

import Glibc
import SystemPackage

public struct ByteOutput {
  /// For messages.
  public let name: String
  private let descriptor: FileDescriptor

  /// Nil and `-` are standard output. A file that exists is replaced, unless what is written goes to its end.
  public init(path: String?, appends: Bool = false) throws(ToolError) {
    name = path == nil || path == "-" ? "standard output" : path!
    do {
      guard let path, path != "-" else {
        descriptor = .standardOutput
        return
      }
      descriptor = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: appends ? .append : [.create, .truncate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw ToolError(.inputOutput, "\(name): cannot be written: \(error)")
    }
  }

  public func write(_ bytes: [UInt8]) throws(ToolError) {
    do {
      try descriptor.writeAll(bytes)
    } catch Errno.brokenPipe {
      throw ToolError(.inputOutput, "\(name): the reader went away before the end")
    } catch {
      throw ToolError(.inputOutput, "\(name): write failed, the output is not whole: \(error)")
    }
  }

  /// A file system may report a full disk this late.
  public func close() throws(ToolError) {
    do { try descriptor.close() } catch {
      throw ToolError(.inputOutput, "\(name): write failed, the output is not whole: \(error)")
    }
  }

  /// A folder for several outputs; it may exist.
  public static func makeFolder(_ path: String) throws(ToolError) {
    guard mkdir(path, 0o777) != 0, errno != EEXIST else { return }
    throw ToolError(.inputOutput, "\(path): cannot be made: \(Errno(rawValue: errno))")
  }
}
