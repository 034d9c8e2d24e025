// How a piece of text looks, by what it means; a theme says which colours that is, and a screen without colours keeps
// what attributes can say.

enum Style: Hashable, Sendable {
  case normal, strong, faint
  /// A bar across the screen: column heads.
  case bar
  /// The column that is sorted by, in the bar.
  case barStrong
  case selected
  case good, alarm
  /// A key and what it does, at the bottom.
  case key, keyLabel
  /// A curve, a bar of a chart.
  case graph
  /// Text that a search has found.
  case found
  /// Text on a coloured ground.
  case fill(Paint)
  /// The upper half of a cell in one colour and the lower in another; the text is a half block.
  case halves(Paint, Paint)
  /// As a program in the guest's terminal wants it.
  case terminal(TerminalLook)
}

/// A coloured ground.
enum Paint: Hashable, Sendable {
  case none
  /// A frame of a flame graph, by its name: 0 to 5.
  case flame(Int)
  /// How much, 0 (nothing) to 7.
  case heat(Int)
  /// What a search has found.
  case found
  /// Where the cursor is.
  case cursor

  static let flameCount = 6
  static let heatCount = 8

  /// The same name has the same colour everywhere.
  static func flame(named name: String) -> Paint {
    var hash: UInt32 = 2_166_136_261
    for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return .flame(Int(hash >> 7) % flameCount)
  }

  /// The heat of `part` of `whole`, logarithmic: a single one among a million is seen.
  static func heat(_ part: UInt64, of whole: UInt64) -> Paint {
    guard part > 0, whole > 0 else { return .heat(0) }
    let bits = Double(64 - part.leadingZeroBitCount) / Double(64 - whole.leadingZeroBitCount)
    return .heat(min(heatCount - 1, max(1, Int((bits * Double(heatCount - 1)).rounded()))))
  }
}
