// Cells of libvterm as lines of runs.

import CVTerm

extension TerminalLine {
  /// Cells side by side as runs, without the empty ones at the end. The second cell of a wide character is no cell.
  init(cells: some Sequence<apus_cell>) {
    for cell in cells {
      // The place behind a wide character.
      guard cell.characters.0 != UInt32.max else { continue }
      let look = TerminalLook(cell)
      if runs.last?.look != look { runs.append(TerminalRun(text: "", look: look)) }
      runs[runs.count - 1].text += Self.text(of: cell)
    }
    guard let last = runs.last, last.look == TerminalLook() else { return }
    runs[runs.count - 1].text = String(
      last.text[..<(last.text.lastIndex { $0 != " " }.map(last.text.index(after:)) ?? last.text.startIndex)])
    if runs[runs.count - 1].text.isEmpty { runs.removeLast() }
  }

  private static func text(of cell: apus_cell) -> String {
    guard cell.characters.0 != 0 else { return " " }
    var text = ""
    withUnsafeBytes(of: cell.characters) { bytes in
      for scalar in bytes.bindMemory(to: UInt32.self).prefix(while: { $0 != 0 }) {
        text.unicodeScalars.append(UnicodeScalar(scalar) ?? "?")
      }
    }
    return text
  }
}

extension TerminalLook {
  fileprivate init(_ cell: apus_cell) {
    self.init(
      foreground: cell.foreground, background: cell.background, isBold: cell.is_bold != 0,
      isUnderlined: cell.is_underlined != 0, isReversed: cell.is_reversed != 0)
  }
}
