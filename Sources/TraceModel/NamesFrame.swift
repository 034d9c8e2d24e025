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

  /// The frames of all functions and sites.
  public func functionFrames() -> [UInt8] {
    frames(of: siteRows { _ in true } + CodeRows.functions(functions, holding: nil))
  }

  /// The frames of a kernel's functions that hold some addresses, and of what is inlined there.
  public func codeFrames(_ code: CodeNames, holding addresses: Set<UInt64>) -> [UInt8] {
    codeFrames(code, kernel: UsedAddresses(addresses: addresses), programs: [])
  }

  /// The frames of the code that is used, and of the sites within it.
  func codeFrames(
    _ code: CodeNames, kernel: UsedAddresses, programs: [(path: String, names: CodeNames, used: UsedAddresses)]
  ) -> [UInt8] {
    var output = frames(of: siteRows(kernel.addresses.contains) + CodeRows.all(code, kernel))
    for program in programs {
      output += frames(of: CodeRows.all(program.names, program.used), behind: CodeRows.program(program.path))
    }
    return output
  }

  private func siteRows(_ isWanted: (UInt64) -> Bool) -> [[UInt8]] {
    sites.sorted { $0.key < $1.key }.filter { isWanted($0.value.address) }.map { number, site in
      [CodeRows.siteKind] + Self.varint(UInt64(number)) + Self.varint(site.address) + [UInt8(clamping: site.lockClass)]
    }
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  // Each frame begins with `head`.
  private func frames(of rows: [[UInt8]], behind head: [UInt8] = []) -> [UInt8] {
    var output: [UInt8] = [0]
    var body: [UInt8] = []
    for row in rows {
      if body.count + row.count > Frame.payloadLimit - 21 { output += frame(&body) }
      if body.isEmpty { body = head }
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
    var functions = CodeRows()
    var deframer = Deframer()
    frames.withUnsafeBufferPointer { bytes in
      deframer.feed(bytes) { piece in
        guard case .frame(let payload) = piece, payload[0] >> 4 == FrameType.names.rawValue else { return }
        var reader = FrameReader(payload, from: 1)
        guard reader.bytes(20) == buildID else { return }
        _ = table.addRows(&reader, &functions)
      }
    }
    functions.finish(&table)
    guard !table.rows.isEmpty else { return nil }
    self = table
  }

  /// The NAMES frames of this build in a stream, and the stream without them; everything else stays as it is.
  public func takeFrames(outOf stream: [UInt8]) -> (names: [UInt8], rest: [UInt8]) {
    var (names, kept) = ([UInt8](), [UInt8]())
    kept.reserveCapacity(stream.count)
    var rest = stream[...]
    while let end = rest.firstIndex(of: 0) {
      let piece = rest[...end]
      rest = rest[(end + 1)...]
      guard isFrameOfNames(piece) else {
        kept += piece
        continue
      }
      names += piece
      // The delimiter that went before it.
      if kept.last == 0, kept.dropLast().last ?? 0 == 0 { kept.removeLast() }
    }
    return (names, kept + rest)
  }

  private func isFrameOfNames(_ piece: ArraySlice<UInt8>) -> Bool {
    // COBS keeps the first byte, which is not zero, in the second place.
    guard piece.dropFirst().first.map({ $0 >> 4 == FrameType.names.rawValue }) ?? false else { return false }
    var isIt = false
    var deframer = Deframer()
    piece.withUnsafeBufferPointer { bytes in
      deframer.feed(bytes) { part in
        guard case .frame(let payload) = part, payload[0] >> 4 == FrameType.names.rawValue else { return }
        var reader = FrameReader(payload, from: 1)
        isIt = reader.bytes(20) == buildID
      }
    }
    return isIt && deframer.consoleBytes == 0
  }

  /// Adds the rows of a NAMES frame; false when it is malformed. Code is left to
  /// the caller, who sorts it once.
  mutating func addRows(_ reader: inout FrameReader, _ code: inout CodeRows) -> Bool {
    code.beginFrame()
    while !reader.isAtEnd {
      guard let kind = reader.byte() else { return false }
      if kind >= 128 {
        guard addLongRow(kind, &reader, &code) else { return false }
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

  private mutating func addLongRow(_ kind: UInt8, _ reader: inout FrameReader, _ code: inout CodeRows) -> Bool {
    guard let first = reader.varint(), let second = reader.varint(), let last = reader.byte() else { return false }
    guard kind != CodeRows.siteKind else {
      sites[Int(clamping: first)] = LockSite(address: second, lockClass: Int(last))
      return true
    }
    return code.add(kind, first, second, last, &reader)
  }
}
