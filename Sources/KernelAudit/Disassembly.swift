// A disassembly in the form `objdump -d --no-show-raw-insn` prints.

public struct Instruction: Sendable {
  public var address: UInt64
  public var mnemonic: String
  public var operands: String

  public init(address: UInt64, mnemonic: String, operands: String) {
    self.address = address
    self.mnemonic = mnemonic
    self.operands = operands
  }
}

public enum Disassembly {
  /// Reads the lines `  address:\tmnemonic operands`; others are headings.
  public static func parse(_ text: String) -> [Instruction] {
    text.split(separator: "\n").compactMap { line in
      guard let colon = line.firstIndex(of: ":"), line.first == " ",
        let address = UInt64(line[..<colon].drop { $0 == " " }, radix: 16)
      else { return nil }
      var words = line[line.index(after: colon)...].split(separator: " ", omittingEmptySubsequences: true)
      if let first = words.first { words[0] = first.drop { $0 == "\t" } }
      let prefixes: Set<Substring> = ["rep", "repz", "repnz", "lock", "cs", "ds", "data16", "rex.W", "notrack", "bnd"]
      while let first = words.first, prefixes.contains(first), words.count > 1 { words.removeFirst() }
      guard let mnemonic = words.first else { return nil }
      return Instruction(
        address: address, mnemonic: String(mnemonic), operands: words.dropFirst().joined(separator: " "))
    }
  }
}
