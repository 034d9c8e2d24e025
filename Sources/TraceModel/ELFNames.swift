// Reads names and build-id out of a kernel's ELF file: section `apus_names` and the note `.note.gnu.build-id`.
//
// A row of `apus_names`: kind (1 key, 2 span, 3 lock class; others are passed over), id, rank (of a lock; of a key the least number of its sites), name, NUL. Every offset is
// checked; a file that is not what it says gives an error, never a crash.

public enum ELFError: Error, Equatable, CustomStringConvertible {
  case notELF64
  case damaged
  case noBuildID
  case noNames

  public var description: String {
    switch self {
    case .notELF64: return "not a little-endian ELF64 file"
    case .damaged: return "ELF headers point outside of the file"
    case .noBuildID: return "no build-id: link with --build-id=sha1"
    case .noNames: return "no section apus_names: not a kernel built with the tracer"
    }
  }
}

extension NameTable {
  /// The names in the bytes of an ELF file.
  public init(elf bytes: [UInt8]) throws(ELFError) {
    let file = try ELFFile(bytes)
    guard let note = try file.section(".note.gnu.build-id"), let buildID = Self.buildID(inNote: note) else {
      throw .noBuildID
    }
    guard let names = try file.section("apus_names") else { throw .noNames }
    self.init(buildID: buildID)
    guard addRows(of: names) else { throw .damaged }
    if let sites = try file.section("apus_sites") { addSites(of: sites) }
    functions = try file.functions()
  }

  // Rows of two words: address and lock class. A site's number is its offset plus one; an address of 0 is of code that
  // the linker has left out.
  private mutating func addSites(of section: ArraySlice<UInt8>) {
    for offset in stride(from: 0, to: section.count - 15, by: 16) {
      let row = section[(section.startIndex + offset)...].prefix(16)
      let word: (ArraySlice<UInt8>) -> UInt64 = { $0.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) } }
      let address = word(row)
      if address != 0 {
        sites[offset + 1] = LockSite(address: address, lockClass: Int(clamping: word(row.dropFirst(8))))
      }
    }
  }

  private static func buildID(inNote note: ArraySlice<UInt8>) -> [UInt8]? {
    let bytes = Array(note)
    guard bytes.count >= 16, bytes[12..<16].elementsEqual([0x47, 0x4e, 0x55, 0]) else { return nil }
    let length = Int(bytes[4]) | Int(bytes[5]) << 8
    guard length > 0, bytes.count >= 16 + length else { return nil }
    // The wire has room for 20 bytes; shorter ids are filled with zeros.
    let id = bytes[16..<16 + min(length, 20)]
    return Array(id) + Array(repeating: 0, count: 20 - id.count)
  }

  private mutating func addRows(of section: ArraySlice<UInt8>) -> Bool {
    var rest = section
    while !rest.isEmpty {
      guard rest.count >= 4, let end = rest.dropFirst(3).firstIndex(of: 0) else { return rest.allSatisfy { $0 == 0 } }
      let row = Array(rest.prefix(3))
      let name = String(decoding: rest[(rest.startIndex + 3)..<end], as: UTF8.self)
      if row[0] == 0 { return rest.allSatisfy { $0 == 0 } }
      if let kind = Kind(rawValue: row[0]) { add(kind: kind, id: Int(row[1]), rank: Int(row[2]), name: name) }
      rest = rest[(end + 1)...]
    }
    return true
  }
}

extension FunctionTable {
  /// The functions of any ELF64 file; none of a stripped one.
  public init(elf bytes: [UInt8]) throws(ELFError) { self = try ELFFile(bytes).functions() }
}

/// Section headers of an ELF64 file.
private struct ELFFile {
  private let bytes: [UInt8]
  private let headers: Int
  private let headerSize: Int
  private let count: Int
  private let nameIndex: Int

  init(_ bytes: [UInt8]) throws(ELFError) {
    guard bytes.count >= 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { throw .notELF64 }
    self.bytes = bytes
    headers = try Self.integer(bytes, 40, 8)
    headerSize = try Self.integer(bytes, 58, 2)
    count = try Self.integer(bytes, 60, 2)
    nameIndex = try Self.integer(bytes, 62, 2)
    guard headerSize >= 64, nameIndex < count else { throw .damaged }
  }

  /// The contents of the first section with this name.
  func section(_ name: String) throws(ELFError) -> ArraySlice<UInt8>? {
    guard let index = try index(of: name) else { return nil }
    return try contents(index)
  }

  private func index(of name: String) throws(ELFError) -> Int? {
    let names = try contents(nameIndex)
    for index in 0..<count {
      let offset = try Self.integer(bytes, headers + index * headerSize, 4)
      guard offset <= names.count else { throw .damaged }
      if names[(names.startIndex + offset)...].starts(with: Array(name.utf8) + [0]) { return index }
    }
    return nil
  }

  // Where a section is in memory; nowhere when there is none.
  private func addresses(of name: String) throws(ELFError) -> Range<Int> {
    guard let index = try index(of: name) else { return 0..<0 }
    let start = try Self.integer(bytes, headers + index * headerSize + 16, 8)
    return start..<start + (try contents(index).count)
  }

  /// The functions of the symbol table; none of a stripped file.
  func functions() throws(ELFError) -> FunctionTable {
    guard let symbols = try section(".symtab"), let names = try section(".strtab") else { return FunctionTable() }
    let text = try addresses(of: ".text")
    var functions: [FunctionTable.Row] = []
    for base in stride(from: symbols.startIndex, to: symbols.endIndex - 23, by: 24) {
      let isFunction = bytes[base + 4] & 15 == 2
      let address = try Self.integer(bytes, base + 8, 8)
      // Assembly's labels have no type: those of the text count too, but for the linker's.
      let isLabel = bytes[base + 4] & 15 == 0 && text.contains(address)
      guard isFunction || isLabel, address != 0 else { continue }
      let offset = try Self.integer(bytes, base, 4)
      guard offset < names.count else { throw .damaged }
      let name = String(decoding: names[(names.startIndex + offset)...].prefix { $0 != 0 }, as: UTF8.self)
      guard isFunction || !(name.isEmpty || name.hasPrefix("__") || name.hasPrefix(".")) else { continue }
      functions.append((UInt64(address), UInt64(try Self.integer(bytes, base + 16, 8)), name))
    }
    return FunctionTable(functions)
  }

  private func contents(_ index: Int) throws(ELFError) -> ArraySlice<UInt8> {
    let header = headers + index * headerSize
    let offset = try Self.integer(bytes, header + 24, 8)
    let size = try Self.integer(bytes, header + 32, 8)
    guard offset <= bytes.count, size <= bytes.count - offset else { throw .damaged }
    return bytes[offset..<offset + size]
  }

  private static func integer(_ bytes: [UInt8], _ offset: Int, _ size: Int) throws(ELFError) -> Int {
    guard offset >= 0, offset <= bytes.count - size else { throw .damaged }
    var value: UInt64 = 0
    for index in 0..<size { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    // Larger than any file: also keeps sums of offsets from overflowing.
    guard value < 1 << 48 else { throw .damaged }
    return Int(value)
  }
}
