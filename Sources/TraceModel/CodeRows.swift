// Rows of NAMES frames about code: functions, what is inlined in them, how to leave them; of the kernel, or of the program
// that a row before them in the same frame names.

struct CodeRows {
  // Kinds from 128 up have two numbers and a byte, then what the kind says.
  static let siteKind: UInt8 = 128
  private static let functionKind: UInt8 = 129
  private static let ruleKind: UInt8 = 130
  private static let inlinedKind: UInt8 = 131
  private static let programKind: UInt8 = 132

  private var kernel = Rows()
  private var programs: [String: Rows] = [:]
  private var program: String?

  private struct Rows {
    var functions: [FunctionTable.Row] = []
    var rules: [UInt64: CodeRule] = [:]
    var inlined: [UInt64: [Int: String]] = [:]
  }

  // MARK: Reading

  mutating func beginFrame() { program = nil }

  mutating func add(
    _ kind: UInt8, _ first: UInt64, _ second: UInt64, _ last: UInt8, _ reader: inout FrameReader
  ) -> Bool {
    switch kind {
    case Self.ruleKind:
      guard let rule = CodeRule(bits: second) else { return false }
      change { $0.rules[first] = rule }
      return true
    case Self.functionKind, Self.inlinedKind, Self.programKind: break
    default: return false
    }
    guard let bytes = reader.bytes(Int(last)) else { return false }
    let name = String(decoding: bytes, as: UTF8.self)
    switch kind {
    case Self.programKind: program = name
    case Self.inlinedKind: change { $0.inlined[first, default: [:]][Int(clamping: second)] = name }
    default: change { $0.functions.append((first, second, name)) }
    }
    return true
  }

  private mutating func change(_ body: (inout Rows) -> Void) {
    if let program { body(&programs[program, default: Rows()]) } else { body(&kernel) }
  }

  /// Puts all that has come into a table.
  func finish(_ table: inout NameTable) {
    Self.put(kernel, into: &table.code)
    for (path, rows) in programs {
      var code = table.programs[path] ?? CodeNames()
      Self.put(rows, into: &code)
      table.programs[path] = code
    }
  }

  private static func put(_ rows: Rows, into code: inout CodeNames) {
    if !rows.functions.isEmpty { code.functions = FunctionTable(rows.functions + code.functions.rows()) }
    code.rules.merge(rows.rules) { $1 }
    for (address, names) in rows.inlined {
      let names = names.sorted { $0.key < $1.key }
      // A long chain is told by several frames, and each may be all that came at once.
      let outer = code.inlined[address, default: []].prefix(names.first?.key ?? 0)
      code.inlined[address] = outer + names.map(\.value)
    }
  }

  // MARK: Writing

  static func program(_ path: String) -> [UInt8] {
    // Of a long one the end, as in PROGRAMS.
    let bytes = Array(path.utf8.suffix(56))
    return [programKind, 0, 0, UInt8(bytes.count)] + bytes
  }

  static func all(_ code: CodeNames, _ used: UsedAddresses) -> [[UInt8]] {
    functions(code.functions, holding: used.addresses)
      + used.rules.sorted { $0.key < $1.key }.map { address, rule in
        [ruleKind] + NameTable.varint(address) + NameTable.varint(rule.bits) + [0]
      }
      + used.addresses.sorted().flatMap { address in
        code.names(at: address).dropFirst().enumerated().map { depth, name in
          named(inlinedKind, address, UInt64(depth), name)
        }
      }
  }

  static func functions(_ table: FunctionTable, holding addresses: Set<UInt64>?) -> [[UInt8]] {
    table.rows(holding: addresses).map { named(functionKind, $0.address, $0.size, SwiftName.short($0.name)) }
  }

  private static func named(_ kind: UInt8, _ first: UInt64, _ second: UInt64, _ name: String) -> [UInt8] {
    let name = Array(name.utf8.prefix(72))
    return [kind] + NameTable.varint(first) + NameTable.varint(second) + [UInt8(name.count)] + name
  }
}
