// A line of a call chain, `address symbol+0xoffset (module)`, as names of frames, outermost first.
//
// The names are those that stackcollapse-perf.pl and inferno give: the offset and the list of arguments go, a frame
// without symbol takes its module's name, `a->b` are functions inlined into each other, semicolons become colons.

struct PerfFrame {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  private(set) var address: Bytes
  private(set) var symbol: Bytes
  /// Without its parentheses; empty when the line has none.
  private(set) var module: Bytes

  /// Nil when the line is none of a chain: the first word must be hexadecimal and something must follow.
  init?(_ line: Bytes) {
    var words = Words(line)
    guard let address = words.next(), address.allSatisfy({ $0.isHexadecimal }) else { return nil }
    let rest = Bytes(rebasing: line[words.offset...]).trimmed()
    guard !rest.isEmpty else { return nil }
    self.address = address
    let start = Self.moduleStart(rest)
    symbol = rest.trimmed(to: start ?? rest.count)
    module = start.map { Bytes(rebasing: rest[($0 + 1)..<(rest.count - 1)]) } ?? Bytes(rebasing: rest[rest.count...])
    if let offset = symbol.lastRange(of: "+0x"), symbol[offset.upperBound...].allSatisfy({ $0.isHexadecimal }) {
      symbol = Bytes(rebasing: symbol[..<offset.lowerBound])
    }
  }

  /// The module is the last group in parentheses; it may hold blanks and further parentheses, as in `(lib.so (deleted))`.
  private static func moduleStart(_ text: Bytes) -> Int? {
    guard text.last == UInt8(ascii: ")") else { return nil }
    var depth = 0
    for index in text.indices.reversed() {
      if text[index] == UInt8(ascii: ")") { depth += 1 }
      if text[index] == UInt8(ascii: "(") {
        depth -= 1
        if depth == 0 { return index == 0 || text[index - 1].isBlank ? index : nil }
      }
    }
    return nil
  }

  /// Calls `body` for each name, outermost first.
  func names(_ options: PerfOptions, isJava: Bool, _ body: ([UInt8]) -> Void) {
    // Names of processes may stand where symbols do.
    guard symbol.first != UInt8(ascii: "(") || symbol.starts(with: "(anonymous namespace)") else { return }
    var isFirst = true
    forEachInlined { part in
      var name = Self.isUnknown(part) ? unknown(options) : Self.tidy(part, isJava: isJava)
      if !isFirst || (options.marksInlined && module.equals("inlined")) {
        name += Array("_[i]".utf8)
      } else if options.marksKernel, isKernel {
        name += Array("_[k]".utf8)
      } else if options.marksJIT, isJIT {
        name += Array("_[j]".utf8)
      }
      isFirst = false
      body(name)
    }
  }

  private func forEachInlined(_ body: (Bytes) -> Void) {
    var rest = symbol
    while let arrow = rest.firstRange(of: "->") {
      body(Bytes(rebasing: rest[..<arrow.lowerBound]))
      rest = Bytes(rebasing: rest[arrow.upperBound...])
    }
    body(rest)
  }

  private var isKernel: Bool {
    (module.first == UInt8(ascii: "[") || module.ends(with: "vmlinux")) && !module.equals("[unknown]")
  }

  private var isJIT: Bool {
    (module.starts(with: "/tmp/perf-") && module.ends(with: ".map"))
      || (module.firstRange(of: "/jitted-") != nil && module.ends(with: ".so"))
  }

  private static func isUnknown(_ part: Bytes) -> Bool { part.isEmpty || part.equals("[unknown]") }

  private func unknown(_ options: PerfOptions) -> [UInt8] {
    let isModuleKnown = !module.isEmpty && !module.equals("[unknown]")
    if !isModuleKnown, !options.showsAddresses { return Array("[unknown]".utf8) }
    let start = module.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    var name = [UInt8(ascii: "[")] + (isModuleKnown ? Array(module[start...]) : Array("unknown".utf8))
    if options.showsAddresses { name += Array(" <".utf8) + Array(address) + [UInt8(ascii: ">")] }
    name.append(UInt8(ascii: "]"))
    return Self.tidy(name)
  }

  private static func tidy(_ name: Bytes, isJava: Bool) -> [UInt8] {
    var name = tidy(Array(name))
    if isJava, name.first == UInt8(ascii: "L"), name.contains(UInt8(ascii: "/")) { name.removeFirst() }
    return name
  }

  /// Arguments go, but not Go's receivers, `net/http.(*Client).Do`, nor `(anonymous namespace)`.
  private static func tidy(_ name: [UInt8]) -> [UInt8] {
    var name = name.map { $0 == UInt8(ascii: ";") ? UInt8(ascii: ":") : $0 }
    for index in name.indices
    where name[index] == UInt8(ascii: "(") && index > 0 && name[index - 1] != UInt8(ascii: ".") {
      if name[index...].starts(with: "(anonymous namespace)".utf8) { continue }
      name.removeSubrange(index...)
      break
    }
    return name
  }
}
