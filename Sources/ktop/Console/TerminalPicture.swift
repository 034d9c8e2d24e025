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
  /// What a terminal of the usual size shows of a text that came without one; bare newlines begin a line.
  init(text bytes: [UInt8]) {
    let terminal = TerminalEmulator(rows: 24, columns: 80)
    _ = terminal.feed(Array("\u{1b}[20h".utf8) + bytes)
    self = terminal.picture
  }
}
