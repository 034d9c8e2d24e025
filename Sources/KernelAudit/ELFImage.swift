// The parts of an ELF64 file that the audit and the panic report need: sections and function symbols (elf(5)).
// Bad files give an error, never a trap.

public struct ELFImage {
  public struct Section: Sendable {
    public var name: String
    public var address: UInt64
    public var content: ArraySlice<UInt8>
  }

  public struct Symbol: Sendable {
    public var name: String
    public var address: UInt64
    public var size: UInt64
  }

  public struct BadImage: Error, CustomStringConvertible {
    public var description: String
  }

  public private(set) var sections: [Section] = []
  /// Functions and unnamed-type code symbols, by address.
  public private(set) var symbols: [Symbol] = []

  public init(_ bytes: [UInt8]) throws {
    let file = Reader(bytes: bytes[...])
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { throw BadImage(description: "not an ELF64 file") }
    try readSections(file)
    readSymbols(file)
  }

  public func section(_ name: String) -> Section? { sections.first { $0.name == name } }

  /// The bytes at an address that a section of the file covers.
  public func bytes(at address: UInt64, count: Int) -> [UInt8]? {
    for section in sections where section.address != 0 && address >= section.address {
      let offset = address - section.address
      guard offset <= UInt64(section.content.count), Int(offset) + count <= section.content.count else { continue }
      let start = section.content.startIndex + Int(offset)
      return Array(section.content[start..<start + count])
    }
    return nil
  }

  /// The function that contains `address`, and how far into it.
  public func symbol(containing address: UInt64) -> (symbol: Symbol, offset: UInt64)? {
    var low = 0
    var high = symbols.count
    while low < high {
      let middle = (low + high) / 2
      if symbols[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    return (symbols[low - 1], address - symbols[low - 1].address)
  }

  private struct Row {
    var nameOffset: Int
    var type: UInt64
    var address: UInt64
    var offset: Int
    var size: Int
    var link: Int
  }

  private mutating func readSections(_ file: Reader) throws {
    let table = try file.integer(40, 8)
    let count = try file.integer(60, 2)
    let namesIndex = try file.integer(62, 2)
    var rows: [Row] = []
    for index in 0..<Int(count) {
      let base = Int(truncatingIfNeeded: table) + index * 64
      rows.append(
        Row(
          nameOffset: Int(try file.integer(base, 4)), type: try file.integer(base + 4, 4),
          address: try file.integer(base + 16, 8), offset: Int(truncatingIfNeeded: try file.integer(base + 24, 8)),
          size: Int(truncatingIfNeeded: try file.integer(base + 32, 8)), link: Int(try file.integer(base + 40, 4))))
    }
    guard namesIndex < count else { throw BadImage(description: "no section names") }
    let names = try file.slice(rows[Int(namesIndex)].offset, rows[Int(namesIndex)].size)
    for row in rows {
      let hasNoBytes = row.type == 8 || row.type == 0
      let content = hasNoBytes ? [] : try file.slice(row.offset, row.size)
      sections.append(
        Section(name: Reader(bytes: names).string(row.nameOffset), address: row.address, content: content))
    }
  }

  private mutating func readSymbols(_ file: Reader) {
    guard let table = section(".symtab"), let strings = section(".strtab") else { return }
    let reader = Reader(bytes: table.content)
    let names = Reader(bytes: strings.content)
    for index in 0..<table.content.count / 24 {
      let base = index * 24
      guard let info = try? reader.integer(base + 4, 1), info & 15 == 2 || info & 15 == 0,
        let name = try? reader.integer(base, 4), let address = try? reader.integer(base + 8, 8),
        let size = try? reader.integer(base + 16, 8), address != 0, name != 0
      else { continue }
      symbols.append(Symbol(name: names.string(Int(name)), address: address, size: size))
    }
    symbols.sort { $0.address < $1.address }
  }
}

/// Little-endian integers and strings at offsets of a slice.
struct Reader {
  let bytes: ArraySlice<UInt8>

  func slice(_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8> {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
      throw ELFImage.BadImage(description: "cut off")
    }
    return bytes[bytes.startIndex + offset..<bytes.startIndex + offset + count]
  }

  func integer(_ offset: Int, _ count: Int) throws -> UInt64 {
    try slice(offset, count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  func string(_ offset: Int) -> String {
    guard offset >= 0, offset < bytes.count else { return "" }
    return String(decoding: bytes.dropFirst(offset).prefix { $0 != 0 }, as: UTF8.self)
  }
}
