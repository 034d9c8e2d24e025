// The still frames: what is wide enough while nothing is zoomed. With the script, its first drawing replaces them.

extension FlamePicture {
  func writeFrames<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    writer.markup("<g class=\"frames\" role=\"tree\" aria-label=\"")
    writer.text(settings.title)
    writer.markup("\">\n")
    try layout.forEach(widthAtLeast: minimum) { index, x throws(E) in
      guard layout.frames[index].depth < UInt32(rows), layout.frames[index].name != layout.gap else { return }
      write(index, x, to: &writer)
      try writer.flush()
    }
    writer.markup("</g>\n")
  }

  /// The smallest value whose frame is drawn.
  private var minimum: UInt64 {
    let thousandths = UInt128(UInt64(settings.minimumWidth * 1000))
    let pixels = (UInt128(layout.total) * thousandths + UInt128(room) * 10 - 1) / (UInt128(room) * 10)
    let billionths = UInt128(UInt64(settings.minimumShare * 1e9))
    return UInt64(clamping: max(pixels, (UInt128(layout.total) * billionths + 999_999_999) / 1_000_000_000))
  }

  /// Both edges are rounded, so that neighbours touch and never overlap.
  private func write<E: Error>(_ index: Int, _ x: UInt64, to writer: inout SVGWriter<E>) {
    let frame = layout.frames[index]
    let link =
      settings.attributes.isEmpty ? nil : FrameTable.safe(settings.attributes[layout.name(of: frame)]?.link)
    if let link {
      writer.markup("<a href=\"")
      writer.text(link)
      writer.markup("\">")
    }
    writeGroup(index, x, to: &writer)
    if link != nil { writer.markup("</a>") }
    writer.markup("\n")
  }

  private func writeGroup<E: Error>(_ index: Int, _ x: UInt64, to writer: inout SVGWriter<E>) {
    let frame = layout.frames[index]
    let left = pixels(x)
    let width = pixels(x + frame.width) - left
    let level = settings.isInverted ? Int(frame.depth) : rows - 1 - Int(frame.depth)
    let y = Self.top + level * settings.rowHeight
    attribute("<g role=\"treeitem\" aria-level=\"", frame.depth + 1, to: &writer)
    writer.markup("><title>")
    if !settings.nameType.isEmpty { writer.text(settings.nameType + " ") }
    writer.text(layout.names.utf8(frame.name))
    writer.markup(": ")
    writeDetails(index, to: &writer)
    writer.markup("</title><rect class=\"")
    writeClass(index, to: &writer)
    writer.markup("\" x=\"")
    writer.hundredths(left + UInt64(Self.margin) * 100)
    attribute("\" y=\"", y, to: &writer)
    writer.markup(" width=\"")
    writer.hundredths(width)
    attribute("\" height=\"", settings.rowHeight - 1, to: &writer)
    writer.markup("/>")
    writeName(frame.name, left, width, y, to: &writer)
    writer.markup("</g>")
  }

  private func writeClass<E: Error>(_ index: Int, to writer: inout SVGWriter<E>) {
    let shade: Int?
    if let comparison = layout.comparison {
      shade = comparison.shade(index, isNegated: settings.isNegated)
    } else {
      shade = palette.shade(of: layout.names.utf8(layout.frames[index].name))
    }
    guard let shade else { return writer.markup("noise") }
    writer.markup("c")
    writer.number(shade)
  }

  private func writeName<E: Error>(
    _ name: UInt32, _ left: UInt64, _ width: UInt64, _ y: Int, to writer: inout SVGWriter<E>
  ) {
    let columns = Int((Double(width) / 100 - 6) / letter)
    guard columns > 0 else { return }
    let bytes = layout.names.utf8(name)
    let isWhole = bytes.count <= columns
    let fitted = isWhole ? "" : FittedName.fit(layout.names.string(name), columns: columns)
    guard isWhole ? !bytes.isEmpty : !fitted.isEmpty else { return }
    writer.markup("<text x=\"")
    writer.hundredths(left + UInt64(Self.margin + 3) * 100)
    attribute("\" y=\"", y + baseline, to: &writer)
    writer.markup(">")
    if isWhole { writer.text(bytes) } else { writer.text(fitted) }
    writer.markup("</text>")
  }

  private func writeDetails<E: Error>(_ index: Int, to writer: inout SVGWriter<E>) {
    if let comparison = layout.comparison {
      let noise = comparison.isNoise(index) ? ", noise" : ""
      return writer.text(
        "before \(amount(comparison.before[index])), after \(amount(comparison.after[index]))\(noise)")
    }
    let width = layout.frames[index].width
    if hasPlainAmounts {
      writer.grouped(width)
      writer.markup(" ")
      writer.text(settings.unit)
    } else {
      writer.text(amount(width))
    }
    writer.markup(", ")
    let product = UInt128(width) * 10_000 + UInt128(layout.total) / 2
    writer.fixedHundredths(UInt64(product / UInt128(layout.total)))
    writer.markup(" %")
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
