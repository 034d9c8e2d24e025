// How often each class of locks was taken in a loop: /proc/lock_stat before and after. Apus has it always, Linux with
// CONFIG_LOCK_STAT; without it there is nothing to report.
//
// The file has a line a class: name, colon, then decimal numbers of which the first counts acquisitions. What reading
// the file itself takes is measured by reading it twice, and taken off.

import CProgram
import LinuxABI

struct LockReading {
  private static let size = 4096
  /// Three texts in scratch memory: an empty interval's begin, the loop's begin (and that one's end), the loop's end.
  private static var base: Int { Scratch.address + 32768 }
  private var lengths = (0, 0, 0)

  mutating func begin() {
    lengths.0 = Self.read(to: Self.base)
    lengths.1 = Self.read(to: Self.base + Self.size)
  }

  mutating func end() { lengths.2 = Self.read(to: Self.base + 2 * Self.size) }

  private static func read(to address: Int) -> Int {
    let file = call(.open, ("/proc/lock_stat" as StaticString).address, 0, 0)
    guard file >= 0 else { return 0 }
    let count = call(.read, file, address, size)
    _ = call(.close, file)
    return max(count, 0)
  }

  /// All three texts have the same classes in the same order.
  func report(_ row: StaticString) {
    guard lengths.0 > 0 else { return }
    var before = Cursor(Self.base, lengths.0)
    var begin = Cursor(Self.base + Self.size, lengths.1)
    var end = Cursor(Self.base + 2 * Self.size, lengths.2)
    var line = Line("locks ")
    line.add(row)
    while let name = end.name(), begin.name() != nil, before.name() != nil {
      let (zero, first, last) = (before.number(), begin.number(), end.number())
      let count = Int(last) - Int(first) - (Int(first) - Int(zero))
      guard count > 0 else { continue }
      line.add(" ")
      line.add(name)
      line.add("=")
      line.add(count)
    }
    line.send()
  }
}

/// Reads `name: number …` lines.
private struct Cursor {
  private let bytes: UnsafePointer<UInt8>
  private let count: Int
  private var place = 0

  init(_ address: Int, _ count: Int) {
    bytes = UnsafePointer(bitPattern: address).unsafelyUnwrapped
    self.count = count
  }

  mutating func name() -> UnsafeBufferPointer<UInt8>? {
    let start = place
    while place < count, bytes[place] != UInt8(ascii: ":") { place += 1 }
    guard place < count else { return nil }
    defer { place += 1 }
    return UnsafeBufferPointer(start: bytes + start, count: place - start)
  }

  /// The first number of the line; goes on to the next line.
  mutating func number() -> UInt64 {
    var result: UInt64 = 0
    while place < count, bytes[place] == 32 { place += 1 }
    while place < count, bytes[place] >= 48, bytes[place] <= 57 {
      result = result &* 10 &+ UInt64(bytes[place] - 48)
      place += 1
    }
    while place < count, bytes[place] != 10 { place += 1 }
    place += 1
    return result
  }
}
