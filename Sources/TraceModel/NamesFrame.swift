// Writes NAMES frames: recorders put them at the head of a recording, so that it needs no ELF file to be read.
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
}
