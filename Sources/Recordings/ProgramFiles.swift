// Programs of the host that ran in the machine, for the names of their functions. Known by the last part of the path.

import TraceModel

public struct ProgramFiles: Sendable {
  private var tables: [Substring: FunctionTable] = [:]

  /// Reads the symbol tables of `paths`.
  public init(_ paths: [String] = []) throws(ToolError) {
    for path in paths {
      let input = try ByteInput(path: path)
      defer { input.close() }
      let bytes = try input.all()
      do { tables[Self.fileName(path)] = try FunctionTable(elf: bytes) } catch {
        throw ToolError(.badInput, "\(path): \(error); expected a program")
      }
    }
  }

  /// The functions of the program that the machine knows by `path`.
  public func functions(_ path: String) -> FunctionTable? { tables[Self.fileName(path)] }

  private static func fileName(_ path: String) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
  }
}
