// The merged tree as rows, for those who draw it in their own way.

extension FoldedStacks {
  /// One frame below its callers.
  public struct Row: Sendable {
    public var name: String
    /// Index of the caller's row; -1 for an outermost frame.
    public var parent: Int
    /// What ends here, without what is below; at most 2^64 - 1.
    public var value: UInt64
  }

  /// All frames, parents before their children.
  public var rows: [Row] {
    nodes.indices.dropFirst().map { index in
      Row(
        name: String(decoding: names.utf8(nodes[index].name), as: UTF8.self), parent: Int(nodes[index].parent) - 1,
        value: UInt64(clamping: value(of: UInt32(index))))
    }
  }
}
