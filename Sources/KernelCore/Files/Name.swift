// File names and paths are bytes, never Strings: any byte but '/' and NUL may occur. A Name borrows its bytes; whoever
// makes one keeps the memory alive and unchanged while it is used.

/// Borrowed bytes: a path, or one component of it.
public struct Name {
  public let base: UnsafePointer<UInt8>
  public let count: Int

  @inlinable @inline(__always)
  public init(_ base: UnsafePointer<UInt8>, count: Int) {
    self.base = base
    self.count = count
  }

  @inlinable
  public init(_ buffer: UnsafeRawBufferPointer) {
    self.init(
      buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self), count: buffer.count)
  }

  /// A name written in the source.
  @inlinable
  public init(_ literal: StaticString) {
    self.init(literal.utf8Start, count: literal.utf8CodeUnitCount)
  }

  @inlinable @inline(__always)
  public subscript(index: Int) -> UInt8 { base[index] }

  @inlinable public var isEmpty: Bool { count == 0 }
  @inlinable public var isDot: Bool { count == 1 && base[0] == UInt8(ascii: ".") }
  @inlinable public var isDotDot: Bool {
    count == 2 && base[0] == UInt8(ascii: ".") && base[1] == UInt8(ascii: ".")
  }
  @inlinable public var isAbsolute: Bool { count > 0 && base[0] == UInt8(ascii: "/") }

  public static func == (left: Name, right: Name) -> Bool {
    left.count == right.count && compareMemory(left.base, right.base, left.count) == 0
  }

  public static func == (left: Name, right: StaticString) -> Bool { left == Name(right) }

  /// What is left after the first `count` bytes.
  @inlinable
  public func dropFirst(_ count: Int) -> Name { Name(base + count, count: self.count - count) }

  /// The hash of the directories' tables: eight bytes a step.
  public var hash: UInt32 {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15 ^ UInt64(truncatingIfNeeded: count)
    var index = 0
    while index + 8 <= count {
      let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
      state = (state ^ word) &* 0xff51_afd7_ed55_8ccd
      state ^= state >> 29
      index += 8
    }
    while index < count {
      state = (state ^ UInt64(base[index])) &* 0x100_0000_01b3
      index += 1
    }
    return UInt32(truncatingIfNeeded: state ^ state >> 32)
  }

  /// The decimal number that the name spells, as directories of /proc have it; nil for anything else.
  public var decimal: Int32? {
    guard count > 0, count <= 10, count == 1 || base[0] != UInt8(ascii: "0") else { return nil }
    var value: Int64 = 0
    for index in 0..<count {
      guard base[index] >= UInt8(ascii: "0"), base[index] <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int64(base[index] - UInt8(ascii: "0"))
    }
    return Int32(exactly: value)
  }
}
