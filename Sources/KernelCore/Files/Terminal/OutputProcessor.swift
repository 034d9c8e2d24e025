// Output processing (OPOST): newline translation, tabs, and the column the cursor is in. Collects bytes and hands them to
// the host in pieces. Guarded by the terminal's lock.

import LinuxABI

struct OutputProcessor {
  private var pending = InlineArray<64, UInt8>(repeating: 0)
  private var count = 0
  /// Where the cursor stands, for tabs and for erasing.
  var column = 0

  /// Adds one byte of a program's output or of an echo.
  mutating func put(_ byte: UInt8, _ modes: OutputModes, _ host: TerminalHost) {
    guard modes.contains(.process) else {
      advance(byte)
      return emit(byte, host)
    }
    switch byte {
    case UInt8(ascii: "\n"): putNewline(modes, host)
    case UInt8(ascii: "\r"): putReturn(modes, host)
    case UInt8(ascii: "\t") where modes.isSuperset(of: .expandTabs): putSpaces(8 - column & 7, host)
    default:
      advance(byte)
      emit(byte, host)
    }
  }

  mutating func flush(_ host: TerminalHost) {
    guard count > 0 else { return }
    let length = count
    count = 0
    withUnsafeBytes(of: &pending) { host.output(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
  }

  private mutating func putNewline(_ modes: OutputModes, _ host: TerminalHost) {
    if modes.contains(.newlineToCarriageReturnNewline) { emit(UInt8(ascii: "\r"), host) }
    if !modes.isDisjoint(with: [.newlineToCarriageReturnNewline, .newlineReturns]) { column = 0 }
    emit(UInt8(ascii: "\n"), host)
  }

  private mutating func putReturn(_ modes: OutputModes, _ host: TerminalHost) {
    if modes.contains(.noCarriageReturnAtColumn0) && column == 0 { return }
    if modes.contains(.carriageReturnToNewline) { return putNewline(modes.subtracting(.carriageReturnToNewline), host) }
    column = 0
    emit(UInt8(ascii: "\r"), host)
  }

  private mutating func putSpaces(_ number: Int, _ host: TerminalHost) {
    for _ in 0..<number { emit(UInt8(ascii: " "), host) }
    column += number
  }

  private mutating func advance(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\r"): column = 0
    case 8: column = max(0, column - 1)
    case UInt8(ascii: "\t"): column = (column | 7) + 1
    // The later bytes of a UTF-8 character take no column of their own.
    case 0x20...0x7e, 0xc0...0xff: column += 1
    default: break
    }
  }

  private mutating func emit(_ byte: UInt8, _ host: TerminalHost) {
    pending[count] = byte
    count += 1
    if count == pending.count { flush(host) }
  }
}
