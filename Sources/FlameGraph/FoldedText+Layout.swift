// Folded text in memory as a layout, by the short way where the text allows it.

extension FlameLayout {
  /// How the frames of a text follow each other.
  public enum Order: Sendable {
    /// Stacks that begin alike are one; siblings in the order of their names' bytes.
    case byName
    /// Time runs from left to right: only neighbours that begin alike are one.
    case asGiven
  }

  /// Reads folded text that lies in memory, in one go and with little memory beyond the frames. The lines that are none
  /// are left out, counted, and the first of them kept.
  public static func read(
    folded text: UnsafeBufferPointer<UInt8>, _ order: Order = .byName
  ) -> (layout: FlameLayout, badLines: [FoldedParser.BadLine], badLineCount: Int) {
    if var lines = FoldedText(text) {
      if order == .byName { lines.sort() } else { lines.share() }
      var maker = FrameMaker(lines, hasGaps: order == .asGiven)
      if let layout = maker.layout() { return (layout, lines.badLines, lines.badLineCount) }
    }
    var parser = FoldedParser()
    parser.feed(text)
    parser.finish()
    return (FlameLayout(parser.stacks), parser.badLines, parser.badLineCount)
  }
}
