// The boot line: words `name=value` or `name`, separated by spaces. Copied once at boot, read by anybody after.

import KernelCore

enum BootLine {
  private static let capacity = 2048
  nonisolated(unsafe) private static var bytes: UnsafeMutablePointer<UInt8>? = nil
  nonisolated(unsafe) private static var count = 0
  nonisolated(unsafe) private static var storage: InlineArray<2048, UInt8> = InlineArray(repeating: 0)

  static func copy(from address: UInt64) {
    guard address != 0 else { return }
    let source = PhysicalAddress(address).pointer.assumingMemoryBound(to: UInt8.self)
    while count < capacity, source[count] != 0 {
      storage[count] = source[count]
      count += 1
    }
  }

  /// True for a word `name=value` with exactly this value. Works before there is a heap.
  static func isSet(_ name: StaticString, to value: StaticString) -> Bool {
    var found = false
    forEachWord { start, end in
      let split = start + name.utf8CodeUnitCount
      guard end - start == name.utf8CodeUnitCount + 1 + value.utf8CodeUnitCount else { return }
      guard matches(name, at: start), storage[split] == UInt8(ascii: "=") else { return }
      if matches(value, at: split + 1) { found = true }
    }
    return found
  }

  private static func matches(_ text: StaticString, at start: Int) -> Bool {
    for index in 0..<text.utf8CodeUnitCount where storage[start + index] != text.utf8Start[index] { return false }
    return true
  }

  /// The bytes after `name=` of the last word of that name; empty for a bare `name`; nil when there is none.
  static func value(of name: StaticString) -> [UInt8]? {
    var found: [UInt8]? = nil
    forEachWord { start, end in
      let length = name.utf8CodeUnitCount
      guard end - start >= length else { return }
      guard matches(name, at: start) else { return }
      guard end - start > length else { return found = [] }
      guard storage[start + length] == UInt8(ascii: "=") else { return }
      found = (start + length + 1..<end).map { storage[$0] }
    }
    return found
  }

  /// The value of `name` as a decimal number.
  static func number(of name: StaticString) -> Int? {
    guard let digits = value(of: name), !digits.isEmpty else { return nil }
    var result = 0
    for digit in digits {
      guard digit >= 48, digit <= 57, result < 1 << 50 else { return nil }
      result = result * 10 + Int(digit - 48)
    }
    return result
  }

  static var all: [UInt8] { (0..<count).map { storage[$0] } }

  private static func forEachWord(_ body: (Int, Int) -> Void) {
    var start = 0
    while start < count {
      while start < count, storage[start] == 32 { start += 1 }
      var end = start
      while end < count, storage[end] != 32 { end += 1 }
      if end > start { body(start, end) }
      start = end
    }
  }
}
