// A growing buffer for the text of /proc files. No String: numbers and bytes are appended one by one.
//
// When memory runs out, appending stops and `isShort` tells. Owned by one open file.

import LinuxABI

public struct TextBuffer: ~Copyable {
  private var memory: UnsafeMutableRawPointer?
  private var capacity = 0
  public private(set) var count = 0
  /// Memory ran out: the text is not complete.
  public private(set) var isShort = false

  public init() {}

  deinit { if let memory { RawMemory.free(memory) } }

  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

  public mutating func removeAll() { count = 0 }

  public mutating func append(byte: UInt8) {
    guard reserve(1), let memory else { return }
    memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0, reserve(bytes.count), let memory else { return }
    (memory + count).copyMemory(from: bytes.baseAddress.unsafelyUnwrapped, byteCount: bytes.count)
    count += bytes.count
  }

  public mutating func append(_ literal: StaticString) { append(Name(literal)) }

  public mutating func append(_ name: Name) {
    append(UnsafeRawBufferPointer(start: name.base, count: name.count))
  }

  public mutating func append(_ array: [UInt8]) { array.withUnsafeBytes { append($0) } }

  /// Decimal, filled up on the left to `width`.
  public mutating func append(_ value: Int, width: Int = 0, fill: UInt8 = UInt8(ascii: " ")) {
    append(magnitude: value.magnitude, base: 10, isNegative: value < 0, width: width, fill: fill)
  }

  public mutating func append(hex value: UInt64, width: Int = 0) {
    append(magnitude: UInt(value), base: 16, isNegative: false, width: width, fill: UInt8(ascii: "0"))
  }

  public mutating func append(octal value: UInt64) {
    append(magnitude: UInt(value), base: 8, isNegative: false, width: 0, fill: UInt8(ascii: "0"))
  }

  private mutating func append(magnitude: UInt, base: UInt, isNegative: Bool, width: Int, fill: UInt8) {
    var digits = InlineArray<24, UInt8>(repeating: 0)
    var start = 24
    var rest = magnitude
    repeat {
      start -= 1
      let digit = UInt8(rest % base)
      digits[start] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      rest /= base
    } while rest > 0
    let length = 24 - start + (isNegative ? 1 : 0)
    if length < width { for _ in length..<width { append(byte: fill) } }
    if isNegative { append(byte: UInt8(ascii: "-")) }
    for index in start..<24 { append(byte: digits[index]) }
  }

  private mutating func reserve(_ extra: Int) -> Bool {
    guard count + extra > capacity else { return true }
    var larger = max(256, capacity * 2)
    while larger < count + extra { larger *= 2 }
    guard let grown = try? RawMemory.allocate(larger) else {
      isShort = true
      return false
    }
    if let memory {
      grown.copyMemory(from: memory, byteCount: count)
      RawMemory.free(memory)
    }
    memory = grown
    capacity = larger
    return true
  }
}
