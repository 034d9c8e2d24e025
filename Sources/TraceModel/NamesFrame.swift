// Writes and reads NAMES frames: recorders put them at the head of a recording, so that it needs no ELF file to be read.
import Tracer

extension NameTable {
  /// The frames, delimiters included; their tag is 0, for names belong to a build and not to a boot. Without functions
  /// and sites.
  public func frames() -> [UInt8] {
    frames(
      of: rows.map { row in
        let name = Array(row.name.utf8.prefix(64))
        return [row.kind.rawValue, UInt8(clamping: row.id), UInt8(clamping: row.rank), UInt8(name.count)] + name
      })
  }

  /// The frames of the functions that hold `addresses`, or of all, and of the sites within them.
  public func functionFrames(holding addresses: Set<UInt64>? = nil) -> [UInt8] {
    let sites = self.sites.sorted { $0.key < $1.key }.filter { addresses?.contains($0.value.address) ?? true }
    return frames(
      of: sites.map { number, site in
        [Self.siteKind] + Self.varint(UInt64(number)) + Self.varint(site.address) + [UInt8(clamping: site.lockClass)]
      }
        + functions.rows(holding: addresses).map { row in
          let name = Array(SwiftName.short(row.name).utf8.prefix(72))
          return [Self.functionKind] + Self.varint(row.address) + Self.varint(row.size) + [UInt8(name.count)] + name
        })
  }

  // Kinds of rows that are laid out otherwise.
  private static let siteKind: UInt8 = 128
  private static let functionKind: UInt8 = 129

  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private func frames(of rows: [[UInt8]]) -> [UInt8] {
    var output: [UInt8] = [0]
    var body: [UInt8] = []
    for row in rows {
      if body.count + row.count > Frame.payloadLimit - 21 { output += frame(&body) }
      body += row
    }
    if !body.isEmpty { output += frame(&body) }
    return output
  }

  private func frame(_ body: inout [UInt8]) -> [UInt8] {
    var payload = [Frame.head(.names, tag: 0)] + buildID + body
    body = []
    let count = payload.count
    payload += [0, 0, 0, 0]
    return [UInt8](unsafeUninitializedCapacity: count + 8) { wire, written in
      written = Frame.seal(&payload, count: count, into: wire.baseAddress!)
    }
  }

  /// The names of one build in a stream of frames; nil when it has none.
  public init?(frames: [UInt8], buildID: [UInt8]) {
    var table = NameTable(buildID: buildID)
    var functions: [FunctionTable.Row] = []
    var deframer = Deframer()
    frames.withUnsafeBufferPointer { bytes in
      deframer.feed(bytes) { piece in
        guard case .frame(let payload) = piece, payload[0] >> 4 == FrameType.names.rawValue else { return }
        var reader = FrameReader(payload, from: 1)
        guard reader.bytes(20) == buildID else { return }
        _ = table.addRows(&reader, &functions)
      }
    }
    table.functions = FunctionTable(functions)
    guard !table.rows.isEmpty else { return nil }
    self = table
  }

  /// Adds the rows of a NAMES frame; false when it is malformed. Functions are left to the caller, who sorts them once.
  mutating func addRows(_ reader: inout FrameReader, _ functions: inout [FunctionTable.Row]) -> Bool {
    while !reader.isAtEnd {
      guard let kind = reader.byte() else { return false }
      if kind >= 128 {
        guard addLongRow(kind, &reader, &functions) else { return false }
        continue
      }
      guard let id = reader.byte(), let rank = reader.byte(), let length = reader.byte(),
        let name = reader.bytes(Int(length))
      else { return false }
      guard let kind = Kind(rawValue: kind) else { continue }
      add(kind: kind, id: Int(id), rank: Int(rank), name: String(decoding: name, as: UTF8.self))
    }
    return true
  }

  private mutating func addLongRow(
    _ kind: UInt8, _ reader: inout FrameReader, _ functions: inout [FunctionTable.Row]
  ) -> Bool {
    guard let first = reader.varint(), let second = reader.varint(), let last = reader.byte() else { return false }
    switch kind {
    case Self.siteKind:
      sites[Int(clamping: first)] = LockSite(address: second, lockClass: Int(last))
    case Self.functionKind:
      guard let name = reader.bytes(Int(last)) else { return false }
      functions.append((first, second, String(decoding: name, as: UTF8.self)))
    default: return false
    }
    return true
  }
}
