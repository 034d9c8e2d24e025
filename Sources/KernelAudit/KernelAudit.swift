// What a linked kernel must hold and must not: every declared probe site as its 5-byte nop, no SSE, MMX or x87, no use of
// the red zone. The compiler can break each of these in silence (an asm operand that cannot be satisfied drops the whole
// statement; a missing flag lets vector code in), so the linked file is what counts.

public enum KernelAudit {
  /// One breach, with its place.
  public struct Finding: Equatable, CustomStringConvertible, Sendable {
    public var description: String
  }

  /// All that is wrong; empty for a good kernel.
  public static func check(_ image: ELFImage, _ instructions: [Instruction]) throws -> [Finding] {
    let sites = try image.probeSites()
    return checkCounts(image, sites) + checkSites(image, sites, instructions) + checkCode(image, instructions)
  }

  private static func checkCounts(_ image: ELFImage, _ sites: [ProbeSite]) -> [Finding] {
    let keys = image.declaredKeys()
    if keys.isEmpty { return [Finding(description: "no declared keys: section apus_names is missing")] }
    return keys.compactMap { key in
      let count = sites.count { $0.key == key.id }
      guard count < key.minimumSites else { return nil }
      return Finding(description: "key \(key.name): \(count) sites, \(key.minimumSites) declared")
    }
  }

  private static func checkSites(
    _ image: ELFImage, _ sites: [ProbeSite], _ instructions: [Instruction]
  ) -> [Finding] {
    let starts = Set(instructions.lazy.map(\.address))
    return sites.flatMap { site -> [Finding] in
      let place = describe(site.address, image)
      var findings: [Finding] = []
      if !site.isOff {
        findings.append(
          Finding(description: "site \(place) is not the \(site.isCount ? "count of a lock" : "5-byte nop")"))
      }
      if !starts.contains(site.address) {
        findings.append(Finding(description: "site \(place) is inside an instruction"))
      }
      if !starts.contains(site.target) {
        findings.append(Finding(description: "site \(place) leads to no instruction"))
      }
      return findings
    }
  }

  private static func checkCode(_ image: ELFImage, _ instructions: [Instruction]) -> [Finding] {
    instructions.compactMap { instruction in
      guard let breach = breach(of: instruction) else { return nil }
      let text = "\(instruction.mnemonic) \(instruction.operands)"
      return Finding(description: "\(breach) at \(describe(instruction.address, image)): \(text)")
    }
  }

  /// Saving and restoring a program's state is the one thing the kernel does with these registers.
  private static let allowed: Set<String> = ["fxsave64", "fxrstor64"]

  private static func breach(of instruction: Instruction) -> String? {
    let operands = instruction.operands
    for register in ["%xmm", "%ymm", "%zmm", "%mm"] where operands.contains(register) { return "vector register" }
    if instruction.mnemonic.hasPrefix("f"), !allowed.contains(instruction.mnemonic) { return "x87 instruction" }
    if operands.contains("(%rsp"), instruction.mnemonic != "lea", hasNegativeOffset(operands) { return "red zone" }
    return nil
  }

  private static func hasNegativeOffset(_ operands: String) -> Bool {
    guard let range = operands.firstRange(of: "(%rsp") else { return false }
    let start = operands[..<range.lowerBound].lastIndex { $0 == "," || $0 == " " }.map { operands.index(after: $0) }
    return operands[(start ?? operands.startIndex)..<range.lowerBound].hasPrefix("-")
  }

  /// `function+offset (address)`.
  public static func describe(_ address: UInt64, _ image: ELFImage) -> String {
    let hex = "0x" + String(address, radix: 16)
    guard let (symbol, offset) = image.symbol(containing: address) else { return hex }
    return "\(symbol.name)+0x\(String(offset, radix: 16)) (\(hex))"
  }
}
