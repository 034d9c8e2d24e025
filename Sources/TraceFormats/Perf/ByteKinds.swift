// What a byte may mean in a line of a call chain, by one look-up.

struct ByteKinds: ~Copyable {
  static let hexadecimal: UInt8 = 1
  /// Must be looked at: the rest of these, and what makes a line no plain one.
  static let notable: UInt8 = 2

  private let kinds = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)

  init() {
    for byte in 0...UInt8.max {
      kinds[Int(byte)] = (byte.isHexadecimal ? Self.hexadecimal : 0) | (Self.isNotable(byte) ? Self.notable : 0)
    }
  }

  deinit { kinds.deallocate() }

  @inline(__always) func isHexadecimal(_ byte: UInt8) -> Bool { kinds[Int(byte)] & Self.hexadecimal != 0 }
  @inline(__always) func isNotable(_ byte: UInt8) -> Bool { kinds[Int(byte)] & Self.notable != 0 }

  private static func isNotable(_ byte: UInt8) -> Bool { "(;[>+ \t".utf8.contains(byte) }
}
