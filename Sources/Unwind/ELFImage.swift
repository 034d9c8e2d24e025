// An ELF64 file for x86_64 as unwinding and symbols need it: sections by name, symbols, what memory holds where.
//
// Every offset is checked; a file that is not what it says gives an error, never a crash. Immutable, so may be shared.

public struct ELFImage: Sendable {
  public enum Fault: Error, Equatable, CustomStringConvertible {
    case notELF64
    case damaged(String)

    public var description: String {
      switch self {
      case .notELF64: "not a little-endian ELF64 file"
      case .damaged(let what): "\(what) points outside of the file"
      }
    }
  }

  public struct Section: Sendable {
    public var name: String
    public var type: UInt32
    /// Where it is in memory; 0 when it is in none.
    public var address: UInt64
    public var range: Range<Int>
    public var link: Int
    public var isExecutable: Bool
  }

  public let bytes: [UInt8]
  public let sections: [Section]

  public init(_ bytes: [UInt8]) throws(Fault) {
    let reader = ByteReader(bytes)
    guard bytes.count >= 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { throw .notELF64 }
    let (table, entry) = (Int(clamping: reader.u64(40)), Int(reader.u16(58)))
    let (count, names) = (Int(reader.u16(60)), Int(reader.u16(62)))
    guard entry >= 64, table <= bytes.count, count * entry <= bytes.count - table, count == 0 || names < count else {
      throw .damaged("the section table")
    }
    self.bytes = bytes
    var headers: [(name: Int, section: Section)] = []
    for index in 0..<count { headers.append(try Self.section(reader, at: table + index * entry)) }
    let strings = count == 0 ? 0..<0 : headers[names].section.range
    sections = headers.map { header in
      var section = header.section
      section.name = reader.text(at: strings.lowerBound + header.name, in: strings)
      return section
    }
  }

  private static func section(_ reader: ByteReader, at header: Int) throws(Fault) -> (name: Int, section: Section) {
    let type = reader.u32(header + 4)
    var range = Int(clamping: reader.u64(header + 24))..<Int(clamping: reader.u64(header + 24))
    let isInFile = type != 8 && type != 0
    if isInFile {
      let size = Int(clamping: reader.u64(header + 32))
      guard range.lowerBound <= reader.count, size <= reader.count - range.lowerBound else {
        throw .damaged("a section")
      }
      range = range.lowerBound..<range.lowerBound + size
    }
    let section = Section(
      name: "", type: type, address: reader.u64(header + 16), range: isInFile ? range : 0..<0,
      link: Int(reader.u32(header + 40)), isExecutable: reader.u64(header + 8) & 4 != 0)
    return (Int(reader.u32(header)), section)
  }

  private init(bytes: [UInt8], sections: [Section]) {
    self.bytes = bytes
    self.sections = sections
  }

  /// The same with the bytes of some sections only; the others are empty.
  public func keeping(_ isKept: (Section) -> Bool) -> ELFImage {
    var kept: [UInt8] = []
    let sections = self.sections.map { section in
      var section = section
      let start = kept.count
      if isKept(section) { kept += bytes[section.range] }
      section.range = start..<kept.count
      return section
    }
    return ELFImage(bytes: kept, sections: sections)
  }

  /// The first section of this name.
  public func section(_ name: String) -> Section? { sections.first { $0.name == name } }

  /// The build-id of the first note that has one, 20 bytes: filled with zeros or cut.
  public var buildID: [UInt8]? {
    let reader = ByteReader(bytes)
    for section in sections where section.type == 7 {
      var at = section.range.lowerBound
      while at + 12 <= section.range.upperBound {
        let (name, size) = (Int(reader.u32(at)), Int(reader.u32(at + 4)))
        let content = at + 12 + (name + 3) / 4 * 4
        guard name < 1 << 16, size < 1 << 20, content + size <= section.range.upperBound else { break }
        if reader.u32(at + 8) == 3 && name == 4 && reader.u32(at + 12) == 0x0055_4e47 && size > 0 {
          let id = bytes[content..<content + min(size, 20)]
          return Array(id) + Array(repeating: 0, count: 20 - id.count)
        }
        at = content + (size + 3) / 4 * 4
      }
    }
    return nil
  }

  /// From the first to the last address of code; nil when there is none.
  public var text: Range<UInt64>? {
    let code = sections.filter { $0.isExecutable && $0.address > 0 && !$0.range.isEmpty }
    guard let first = code.map(\.address).min(), let last = code.map({ $0.address &+ UInt64($0.range.count) }).max(),
      first < last
    else { return nil }
    return first..<last
  }

  /// The functions of the symbol table, unsorted; empty when there is none. What is no function is left out, but for
  /// labels of assembly.
  public func functions() -> [FunctionSymbol] {
    guard let table = sections.first(where: { $0.type == 2 }) ?? sections.first(where: { $0.type == 11 }),
      table.link < sections.count
    else { return [] }
    let reader = ByteReader(bytes)
    let strings = sections[table.link].range
    return stride(from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24).compactMap { at in
      let (info, section) = (reader.u8(at + 4), Int(reader.u16(at + 6)))
      guard info & 15 == 2 || info & 15 == 0, section > 0, section < sections.count, sections[section].isExecutable
      else { return nil }
      let name = reader.text(at: strings.lowerBound + Int(reader.u32(at)), in: strings)
      guard !name.isEmpty, !name.hasPrefix(".L") else { return nil }
      return FunctionSymbol(address: reader.u64(at + 8), size: reader.u64(at + 16), name: name)
    }
  }
}

/// A function.
public struct FunctionSymbol: Sendable, Equatable {
  public var address: UInt64
  /// 0 when it is not known: it then goes on to the next one.
  public var size: UInt64
  public var name: String

  public init(address: UInt64, size: UInt64 = 0, name: String) {
    self.address = address
    self.size = size
    self.name = name
  }
}
