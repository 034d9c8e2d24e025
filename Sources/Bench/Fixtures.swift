// The files that the shell rows read, made by the program itself so that every kernel reads the same bytes.

import CProgram
import LinuxABI

/// Texts of lines.
enum TextFixture {
  /// 300 lines, 200 of them with "apple".
  case grep
  /// 200 lines with a prefix and a suffix.
  case sed
  /// 500 lines of 37 words.
  case words

  func write(_ path: StaticString) throws(Failure) {
    var text = Text()
    switch self {
    case .grep:
      for index in 0..<300 {
        text.addNumber(index)
        text.add(index % 3 == 2 ? " banana bread\n" : " apple pie\n")
      }
    case .sed:
      for index in 0..<200 {
        text.add("prefix line ")
        text.addNumber(index)
        text.add(" suffix\n")
      }
    case .words:
      for index in 0..<500 {
        text.add("word")
        text.addNumber(index * 17 % 37)
        text.add("\n")
      }
    }
    try text.write(path)
  }
}

/// An archive of 20 files of 15 bytes, in the format of ustar (POSIX, pax: ustar interchange format).
enum TarFixture {
  static func write(_ path: StaticString) throws(Failure) {
    var text = Text()
    for index in 0..<20 {
      addHeader(index, &text)
      text.add("fifteen bytes.\n")
      text.pad(to: 512)
    }
    for _ in 0..<2 { text.pad(to: 512, atLeast: 512) }
    try text.write(path)
  }

  /// name 100, mode 8, uid 8, gid 8, size 12, mtime 12, checksum 8, type 1, link 100, magic and version 8, zeroes.
  private static func addHeader(_ index: Int, _ text: inout Text) {
    let start = text.count
    text.add("file")
    text.add(UInt8(65 + index))
    text.pad(to: 100, from: start)
    text.add("0000644\0")
    text.add("0000000\0")
    text.add("0000000\0")
    text.add("00000000017\0")
    text.add("00000000000\0")
    text.add("        0")
    text.pad(to: 257, from: start)
    text.add("ustar\0")
    text.add("00")
    text.pad(to: 512, from: start)
    text.setChecksum(of: start)
  }
}

/// Bytes under construction, in scratch memory behind what the system calls use.
private struct Text {
  private let bytes = UnsafeMutablePointer<UInt8>(bitPattern: Scratch.address + 4096).unsafelyUnwrapped
  private(set) var count = 0

  mutating func add(_ byte: UInt8) {
    bytes[count] = byte
    count += 1
  }

  mutating func add(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { add(text.utf8Start[index]) }
  }

  /// Three digits.
  mutating func addNumber(_ number: Int) {
    add(UInt8(48 + number / 100 % 10))
    add(UInt8(48 + number / 10 % 10))
    add(UInt8(48 + number % 10))
  }

  mutating func pad(to size: Int, from start: Int) { while count < start + size { add(0) } }

  /// Zeroes up to a multiple of `size`.
  mutating func pad(to size: Int, atLeast least: Int = 0) {
    let end = (count + least + size - 1) / size * size
    while count < end { add(0) }
  }

  /// Six octal digits, NUL, space, at 148: the sum of the header's bytes with the field as blanks.
  mutating func setChecksum(of start: Int) {
    var sum = 0
    for index in 0..<512 { sum += Int(bytes[start + index]) }
    for digit in 0..<6 { bytes[start + 148 + digit] = UInt8(48 + sum >> (15 - 3 * digit) & 7) }
    bytes[start + 154] = 0
  }

  func write(_ path: StaticString) throws(Failure) {
    let file = try check(call(.open, path.address, 0o1101, 0o644), "create")  // O_WRONLY | O_CREAT | O_TRUNC
    try expect(call(.write, file, Int(bitPattern: bytes), count), count, "write")
    try expect(call(.close, file), 0, "close")
  }
}
