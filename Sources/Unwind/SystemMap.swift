// The functions in a System.map or in what /proc/kallsyms says: lines of address, type and name.

public enum SystemMap {
  /// What is no line of code is left out: data, modules' names, `__pfx_` paddings.
  public static func functions(_ bytes: [UInt8]) -> [FunctionSymbol] {
    // From a serial line they come with carriage returns.
    bytes.split { $0 == 0x0a || $0 == 0x0d }.compactMap { line in
      let fields = line.split(maxSplits: 3) { $0 == 0x20 || $0 == 0x09 }
      guard fields.count >= 3, fields[1].count == 1, let type = fields[1].first, "tTwW".utf8.contains(type),
        let address = UInt64(String(decoding: fields[0], as: UTF8.self), radix: 16), address > 0
      else { return nil }
      let name = String(decoding: fields[2], as: UTF8.self)
      return name.hasPrefix("__pfx_") ? nil : FunctionSymbol(address: address, name: name)
    }
  }
}
