// Prints stacks as folded text: one line for every stack with a value, in the order of the names' bytes.
//
// What would read as another stack is replaced: a semicolon in a name becomes a colon, a control character its picture.
// Memory is bounded by the longest line and the chunk.

extension FoldedStacks {
  /// The text in one piece.
  public var text: String {
    var bytes: [UInt8] = []
    writeText { bytes.append(contentsOf: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Hands the text out in chunks.
  public func writeText<E: Error>(_ write: ([UInt8]) throws(E) -> Void) throws(E) {
    let order = SiblingOrder(self)
    let printed = (0..<UInt32(names.count)).map { Self.printable(names.utf8($0)) }
    var output: [UInt8] = []
    var line: [UInt8] = []
    var open: [(node: UInt32, prefix: Int)] = [(0, 0)]
    while let (node, prefix) = open.popLast() {
      line.removeSubrange(prefix...)
      if node != 0 {
        if prefix > 0 { line.append(UInt8(ascii: ";")) }
        line.append(contentsOf: printed[Int(nodes[Int(node)].name)])
        append(line, value(of: node), to: &output)
      }
      for child in order.children(of: node).reversed() { open.append((child, line.count)) }
      guard output.count >= Self.chunk else { continue }
      try write(output)
      output.removeAll(keepingCapacity: true)
    }
    if !output.isEmpty { try write(output) }
  }

  private static var chunk: Int { 64 * 1024 }

  private func append(_ line: [UInt8], _ value: UInt128, to output: inout [UInt8]) {
    guard value > 0 else { return }
    output.append(contentsOf: line)
    output.append(UInt8(ascii: " "))
    output.append(contentsOf: Quantity.decimal(value, decimals).utf8)
    output.append(UInt8(ascii: "\n"))
  }

  static func printable(_ name: ArraySlice<UInt8>) -> [UInt8] {
    name.flatMap { byte -> [UInt8] in
      if byte == UInt8(ascii: ";") { return [UInt8(ascii: ":")] }
      // U+2400 and up are the pictures of the control characters.
      return byte < 0x20 ? [0xe2, 0x90, 0x80 + byte] : [byte]
    }
  }
}
