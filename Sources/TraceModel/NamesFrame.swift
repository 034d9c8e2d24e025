// Writes and reads NAMES frames: recorders put them at the head of a recording, so that it needs no ELF file to be read.
import Tracer

extension NameTable {
  /// The frames, delimiters included; their tag is 0, for names belong to a build and not to a boot.
  public func frames() -> [UInt8] {
    var output: [UInt8] = [0]
    var body: [UInt8] = []
    for row in rows {
      let name = Array(row.name.utf8.prefix(64))
      let bytes = [row.kind.rawValue, UInt8(clamping: row.id), UInt8(clamping: row.rank), UInt8(name.count)] + name
      if body.count + bytes.count > Frame.payloadLimit - 21 { output += frame(&body) }
      body += bytes
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
    var deframer = Deframer()
    frames.withUnsafeBufferPointer { bytes in
      deframer.feed(bytes) { piece in
        guard case .frame(let payload) = piece, payload[0] >> 4 == FrameType.names.rawValue else { return }
        var reader = FrameReader(payload, from: 1)
        guard reader.bytes(20) == buildID else { return }
        _ = table.addRows(&reader)
      }
    }
    guard !table.rows.isEmpty else { return nil }
    self = table
  }

  /// Adds the rows of a NAMES frame; false when it is malformed.
  mutating func addRows(_ reader: inout FrameReader) -> Bool {
    while !reader.isAtEnd {
      guard let kind = reader.byte(), let id = reader.byte(), let rank = reader.byte(), let length = reader.byte(),
        let name = reader.bytes(Int(length))
      else { return false }
      guard let kind = Kind(rawValue: kind) else { continue }
      add(kind: kind, id: Int(id), rank: Int(rank), name: String(decoding: name, as: UTF8.self))
    }
    return true
  }
}
