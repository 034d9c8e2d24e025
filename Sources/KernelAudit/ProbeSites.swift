// The probe sites of a linked kernel: what its jump table says, and what the code at each place is.

/// A place in the code that a static key switches.
public struct ProbeSite: Sendable {
  public var address: UInt64
  /// The cold path that the site jumps to when it is on.
  public var target: UInt64
  public var key: UInt32
  /// The five bytes there.
  public var code: [UInt8]

  /// The site counts an acquisition of a lock, and is no nop: its first bytes are the count's.
  public var isCount: Bool

  /// Whether the code there is what a site that is off must be.
  public var isOff: Bool { code == (isCount ? ProbeSite.count : ProbeSite.nop) }

  /// The 5-byte nop: nopl 0x0(%rax,%rax,1).
  public static let nop: [UInt8] = [0x0f, 0x1f, 0x44, 0x00, 0x00]
  /// The head of incq %gs:ABSOLUTE.
  public static let count: [UInt8] = [0x65, 0x48, 0xff, 0x04, 0x25]
}

/// A static key as the kernel declares it: with the least number of its sites.
public struct DeclaredKey: Sendable {
  public var id: UInt32
  public var name: String
  public var minimumSites: Int
}

extension ELFImage {
  /// The rows of `__jump_table`: three 32-bit words, site and target relative to their own place, and the key.
  public func probeSites() throws -> [ProbeSite] {
    guard let table = section("__jump_table") else { return [] }
    let reader = Reader(bytes: table.content)
    return try (0..<table.content.count / 12).map { index in
      let base = index * 12
      let here = table.address + UInt64(base)
      let site = here &+ UInt64(bitPattern: Int64(Int32(bitPattern: UInt32(try reader.integer(base, 4)))))
      let target = here &+ 4 &+ UInt64(bitPattern: Int64(Int32(bitPattern: UInt32(try reader.integer(base + 4, 4)))))
      return ProbeSite(
        address: site, target: target, key: UInt32(try reader.integer(base + 8, 4)) & 31,
        code: bytes(at: site, count: 5) ?? [], isCount: try reader.integer(base + 8, 4) & 256 != 0)
    }
  }

  /// The keys and switches in `apus_names`: rows of kind, id, minimum of sites, name and NUL.
  public func declaredKeys() -> [DeclaredKey] {
    guard let section = section("apus_names") else { return [] }
    var keys: [DeclaredKey] = []
    var rest = section.content
    while rest.count > 3 {
      let head = Array(rest.prefix(3))
      let name = rest.dropFirst(3).prefix { $0 != 0 }
      rest = rest.dropFirst(4 + name.count)
      guard head[0] == 1 || head[0] == 4 else { continue }
      keys.append(
        DeclaredKey(id: UInt32(head[1]), name: String(decoding: name, as: UTF8.self), minimumSites: Int(head[2])))
    }
    return keys
  }
}
