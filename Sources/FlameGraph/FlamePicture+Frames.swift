// The still frames: what is wide enough while nothing is zoomed. With the script, its first drawing replaces them.

extension FlamePicture {
  func writeFrames<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    writer.markup("<g class=\"frames\" role=\"tree\" aria-label=\"")
    writer.text(settings.title)
    writer.markup("\">\n")
    try layout.forEach(widthAtLeast: minimum) { index, x throws(E) in
      guard layout.frames[index].depth < UInt32(rows), layout.frames[index].name != layout.gap else { return }
      write(layout.frames[index], x, to: &writer)
      try writer.flush()
    }
    writer.markup("</g>\n")
  }

  /// The smallest value whose frame is drawn.
  private var minimum: UInt64 {
    let thousandths = UInt128(UInt64(settings.minimumWidth * 1000))
    return UInt64(clamping: (UInt128(layout.total) * thousandths + UInt128(room) * 10 - 1) / (UInt128(room) * 10))
  }

  /// Both edges are rounded, so that neighbours touch and never overlap.
  private func write<E: Error>(_ frame: FlameLayout.Frame, _ x: UInt64, to writer: inout SVGWriter<E>) {
    let left = pixels(x)
    let width = pixels(x + frame.width) - left
    let level = settings.isInverted ? Int(frame.depth) : rows - 1 - Int(frame.depth)
    let y = Self.top + level * Self.row
    let name = layout.name(of: frame)
    attribute("<g role=\"treeitem\" aria-level=\"", frame.depth + 1, to: &writer)
    writer.markup("><title>")
    writer.text("\(name): \(amount(frame.width)), \(Quantity.percent(frame.width, of: layout.total))")
    attribute("</title><rect class=\"c", FlamePalette.shade(of: layout.names.utf8(frame.name)), to: &writer)
    writer.markup(" x=\"")
    writer.hundredths(left + UInt64(Self.margin) * 100)
    attribute("\" y=\"", y, to: &writer)
    writer.markup(" width=\"")
    writer.hundredths(width)
    attribute("\" height=\"", Self.row - 1, to: &writer)
    writer.markup("/>")
    let fitted = FittedName.fit(name, columns: Int((Double(width) / 100 - 6) / Self.letter))
    if !fitted.isEmpty {
      writer.markup("<text x=\"")
      writer.hundredths(left + UInt64(Self.margin + 3) * 100)
      attribute("\" y=\"", y + 12, to: &writer)
      writer.markup(">")
      writer.text(fitted)
      writer.markup("</text>")
    }
    writer.markup("</g>\n")
  }

  private func pixels(_ value: UInt64) -> UInt64 {
    UInt64((UInt128(value) * UInt128(room) + UInt128(layout.total) / 2) / UInt128(layout.total))
  }

  /// A value with its unit, and as a duration if that is what it is.
  func amount(_ value: UInt64) -> String {
    let whole = UInt128(value) << UInt128(layout.droppedBits)
    let exact = "\(Quantity.grouped(whole, layout.decimals)) \(settings.unit)"
    return settings.unit.hasSuffix("ns") && layout.decimals == 0 && whole >= 1000
      ? "\(Quantity.duration(nanoseconds: whole)) (\(exact))" : exact
  }
}
