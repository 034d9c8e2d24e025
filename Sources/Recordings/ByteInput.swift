// Bytes of a file or of standard input, in chunks.

import SystemPackage

public struct ByteInput {
  public static let chunk = 256 * 1024

  /// For messages.
  public let name: String
  private let descriptor: FileDescriptor

  /// `-` is standard input.
  public init(path: String) throws(ToolError) {
    name = path == "-" ? "standard input" : path
    do {
      descriptor = path == "-" ? .standardInput : try FileDescriptor.open(FilePath(path), .readOnly)
    } catch {
      throw ToolError(.noInput, "\(path): \(error)")
    }
  }

  /// The next bytes; nil at the end.
  public func next() throws(ToolError) -> [UInt8]? {
    do {
      let bytes = try [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
        count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      return bytes.isEmpty ? nil : bytes
    } catch Errno.isDirectory {
      throw ToolError(.noInput, "\(name): is a directory; expected a file")
    } catch {
      throw ToolError(.inputOutput, "\(name): \(error)")
    }
  }

  /// All bytes that are left.
  public func all() throws(ToolError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let more = try next() { bytes += more }
    return bytes
  }

  public func close() { if descriptor != .standardInput { try? descriptor.close() } }
}
