// What a terminal shows: lines that have scrolled away, the screen below them, and the cursor. A value.

/// How a piece of a terminal's text looks.
struct TerminalLook: Hashable, Sendable {
  /// -1 is the terminal's own, 0 to 255 a colour of xterm's palette, from 0x1000000 on red, green and blue.
  var foreground: Int32 = -1
  var background: Int32 = -1
  var isBold = false
  var isUnderlined = false
  var isReversed = false
}

/// Text of one look.
struct TerminalRun: Equatable, Sendable {
  var text: String
  var look = TerminalLook()
}

struct TerminalLine: Equatable, Sendable {
  var runs: [TerminalRun] = []

  var text: String { runs.map(\.text).joined() }
  var isEmpty: Bool { runs.allSatisfy { $0.text.allSatisfy { $0 == " " } && $0.look == TerminalLook() } }
}

struct TerminalPicture: Equatable, Sendable {
  struct Place: Equatable, Sendable {
    var row: Int
    var column: Int
  }

  /// Oldest first.
  var scrolledAway: [TerminalLine] = []
  var screen: [TerminalLine] = []
  var columns = 80
  /// On the screen; nil where a program has hidden it.
  var cursor: Place?

  /// Everything, without what is empty below the last line.
  var lines: [TerminalLine] {
    let used = screen.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
    return scrolledAway + screen[..<used]
  }
}

extension TerminalPicture {
  /// Text that is no terminal's: a line a line, without sequences that would steer one.
  init(text bytes: [UInt8]) {
    screen = Self.plain(bytes).split(separator: "\n", omittingEmptySubsequences: false).map {
      TerminalLine(runs: $0.isEmpty ? [] : [TerminalRun(text: String($0))])
    }
  }

  // Escape sequences (ESC [ … letter, ESC letter) and control characters are dropped; a backspace takes one back.
  private static func plain(_ bytes: [UInt8]) -> String {
    var kept: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case 0x1b: index = end(ofSequence: index, in: bytes)
      case 8: if let last = kept.last, last != 10 { kept.removeLast() }
      case 9: kept += [32, 32]
      case 10, 32...: kept.append(byte)
      default: break
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }

  private static func end(ofSequence start: Int, in bytes: [UInt8]) -> Int {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "[") else { return start + 1 }
    let final = bytes[(start + 1)...].firstIndex { (0x40...0x7e).contains($0) }
    return final.map { $0 + 1 } ?? bytes.count
  }
}
