// The guest's console: its last lines, as text. Sequences that would steer a terminal are left out.

struct ConsoleState: Equatable, Sendable {
  /// Lines scrolled up from the end.
  var back = 0
  var filter = ""
}

struct ConsoleView {
  let lines: [String]

  init(_ bytes: [UInt8], filter: String) {
    let text = Self.plain(bytes)
    let needle = filter.lowercased()
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).filter {
      needle.isEmpty || $0.lowercased().contains(needle)
    }
  }

  func draw(_ state: inout ConsoleState, on screen: some Screen, row: Int, height: Int, found: String, hint: String) {
    screen.drawBar(" " + hint, row: row, style: .bar)
    let room = height - 1
    state.back = max(0, min(state.back, lines.count - room))
    let end = lines.count - state.back
    for (offset, line) in lines[max(0, end - room)..<max(0, end)].enumerated() {
      let isFound = !found.isEmpty && line.lowercased().contains(found.lowercased())
      screen.draw(line, row: row + 1 + offset, style: isFound ? .found : .normal)
    }
  }

  func find(_ text: String, _ state: inout ConsoleState, forward: Bool, height: Int) -> Bool {
    let needle = text.lowercased()
    guard !needle.isEmpty else { return false }
    let bottom = lines.count - 1 - state.back
    let matches = lines.indices.filter { lines[$0].lowercased().contains(needle) }
    guard let line = forward ? matches.first(where: { $0 > bottom }) : matches.last(where: { $0 < bottom }) else {
      return false
    }
    state.back = lines.count - 1 - line
    return true
  }

  // Escape sequences (ESC [ … letter, ESC letter) and control characters are dropped; a carriage return begins anew.
  private static func plain(_ bytes: [UInt8]) -> String {
    var kept: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == 0x1b {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "[") else {
          index += 1
          continue
        }
        index += 1
        while index < bytes.count, !(0x40...0x7e).contains(bytes[index]) { index += 1 }
        index += 1
      } else if byte == 8 {
        if let last = kept.last, last != 10 { kept.removeLast() }
      } else if byte == 9 {
        kept += [32, 32]
      } else if byte == 10 || byte >= 32 {
        kept.append(byte)
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
