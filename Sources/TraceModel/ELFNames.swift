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
    let names = try contents(nameIndex)
    for index in 0..<count {
      let offset = try Self.integer(bytes, headers + index * headerSize, 4)
      guard offset <= names.count else { throw .damaged }
      if names[(names.startIndex + offset)...].starts(with: Array(name.utf8) + [0]) { return try contents(index) }
    }
    return nil
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
