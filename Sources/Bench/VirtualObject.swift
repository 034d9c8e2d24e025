// The vDSO: a shared object that the kernel maps into every process (vdso(7)), found through the auxiliary vector.
// Its functions are looked up as getauxval and dlsym would: dynamic symbols by name, elf(5).

import CProgram

enum VirtualObject {
  private static let auxiliaryEntry: UInt64 = 33  // AT_SYSINFO_EHDR
  private static let (loadable, dynamic): (UInt32, UInt32) = (1, 2)
  private static let (hashTable, stringTable, symbolTable): (UInt64, UInt64, UInt64) = (4, 5, 6)

  /// The address of a function; nil without a vDSO or without that symbol.
  static func find(_ name: StaticString) -> UInt64? {
    let base = auxiliary(auxiliaryEntry)
    guard base != 0 else { return nil }
    var (bias, table): (UInt64, UInt64) = (base, 0)
    let headers = base &+ load(base + 32)
    for index in 0..<UInt64(load(base + 56) as UInt16) {
      let header = headers + index * 56
      let kind: UInt32 = load(header)
      if kind == loadable { bias = base &+ load(header + 8) &- load(header + 16) }
      if kind == dynamic { table = base &+ load(header + 8) }
    }
    return table == 0 ? nil : lookUp(name, bias: bias, table: table)
  }

  private static func lookUp(_ name: StaticString, bias: UInt64, table: UInt64) -> UInt64? {
    let hash = entry(hashTable, table) &+ bias
    let strings = entry(stringTable, table) &+ bias
    let symbols = entry(symbolTable, table) &+ bias
    for index in 0..<UInt64(load(hash + 4) as UInt32) {
      let symbol = symbols + index * 24
      let value: UInt64 = load(symbol + 8)
      if value != 0, matches(strings + UInt64(load(symbol) as UInt32), name) { return bias &+ value }
    }
    return nil
  }

  private static func auxiliary(_ kind: UInt64) -> UInt64 {
    var place = UInt64(program_initial_stack())
    place += (load(place) + 2) * 8  // argc, arguments and their null
    while load(place) as UInt64 != 0 { place += 8 }  // environment
    return entry(kind, place + 8)
  }

  /// The value of a tag in a list of pairs that ends with tag 0.
  private static func entry(_ tag: UInt64, _ list: UInt64) -> UInt64 {
    var place = list
    while load(place) as UInt64 != 0 {
      if load(place) == tag { return load(place + 8) }
      place += 16
    }
    return 0
  }

  private static func matches(_ address: UInt64, _ name: StaticString) -> Bool {
    for index in 0...name.utf8CodeUnitCount where load(address + UInt64(index)) != name.utf8Start[index] {
      return false
    }
    return true
  }

  private static func load<Value: BitwiseCopyable>(_ address: UInt64) -> Value {
    UnsafeRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped.loadUnaligned(as: Value.self)
  }
}
