// The code of programs that ran in the machine, by the last part of their path: a program is seldom known by one path.

public struct ProgramFiles: Sendable, Equatable {
  private var files: [Substring: CodeNames] = [:]

  public init() {}

  public var isEmpty: Bool { files.isEmpty }

  /// The code of the program that the machine knows by `path`.
  public subscript(path: String) -> CodeNames? {
    get { files[Self.fileName(path)] }
    set { files[Self.fileName(path)] = newValue }
  }

  private static func fileName(_ path: String) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
  }
}
