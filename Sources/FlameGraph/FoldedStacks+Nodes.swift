// The merged tree for readers, as nodes or as rows.

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

/// The tree, for readers: nodes are numbers, 0 the root, parents before children.
extension FoldedStacks {
  public var nodeCount: Int { nodes.count }
  public func parent(of node: UInt32) -> UInt32 { nodes[Int(node)].parent }
  public func nameID(of node: UInt32) -> UInt32 { nodes[Int(node)].name }
  public func name(of node: UInt32) -> String { names.string(nodes[Int(node)].name) }
  public var nameCount: Int { names.count }
  public func name(_ id: UInt32) -> String { names.string(id) }

  /// Names from the outermost to that of the node, the root's left out.
  public func frames(of node: UInt32) -> [String] { pathIDs(to: node).map { names.string($0) } }
}
