// The document: head, style, the still picture of the whole graph, the table and the script.

struct FlamePicture {
  let settings: FlameGraphSVG
  let layout: FlameLayout
  /// `<?xml ...?>` and the namespace: an SVG inside of HTML has neither.
  let isStandalone: Bool
  /// Whether a value is a whole number of its unit and no time, as of most frames there are.
  let hasPlainAmounts: Bool

  init(settings: FlameGraphSVG, layout: FlameLayout, isStandalone: Bool = true) {
    (self.settings, self.layout, self.isStandalone) = (settings, layout, isStandalone)
    hasPlainAmounts = layout.droppedBits == 0 && layout.decimals == 0 && !settings.unit.hasSuffix("ns")
  }

  /// Pixels; the script knows the same numbers.
  static let margin = 10
  static let top = 84
  static let bottom = 34
  /// Renderers of still pictures give up above 32,767 pixels; deeper frames come with zoom.
  private static let heightLimit = 25_500

  var letter: Double { Double(settings.fontSize) * 7.25 / 12 }
  /// From a frame's top to the line its letters stand on.
  var baseline: Int { (settings.rowHeight - 1) / 2 + settings.fontSize * 36 / 100 }
  var rowLimit: Int { Self.heightLimit / settings.rowHeight }
  var palette: FlamePalette { layout.comparison == nil ? settings.palette : .difference }

  func write<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    writeHead(to: &writer)
    writeStyle(to: &writer)
    writeCaptions(to: &writer)
    if layout.total == 0 {
      writeLine(settings.emptyMessage, class: "empty", y: Self.top + 12, to: &writer)
    } else {
      try writeFrames(to: &writer)
      try FrameTable(layout, palette, settings.attributes).write(to: &writer)
      writer.markup("<script><![CDATA[\n")
      for part in FlameScript.parts { writer.markup(part) }
      writer.markup("\n]]></script>\n")
    }
    writer.markup("</svg>\n")
  }

  var width: Int { settings.width ?? FlameGraphSVG.defaultWidth }
  var rows: Int { min(layout.levels, rowLimit) }
  var height: Int { Self.top + rows * settings.rowHeight + Self.bottom }
  /// Hundredths of a pixel for all frames.
  var room: UInt64 { UInt64(width - 2 * Self.margin) * 100 }

  func attribute<E: Error>(
    _ start: StaticString, _ value: some BinaryInteger, to writer: inout SVGWriter<E>, close: Bool = true
  ) {
    writer.markup(start)
    writer.number(value)
    if close { writer.markup("\"") }
  }

  private func writeStyle<E: Error>(to writer: inout SVGWriter<E>) {
    writer.markup("<style>")
    FlameStyle.write(settings, to: &writer)
    for shade in 0..<palette.shadeCount {
      writer.markup(".flame .c")
      writer.number(shade)
      writer.markup("{fill:")
      writer.text(palette.color(shade).hexadecimal)
      writer.markup("}")
    }
    writer.markup("</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n")
  }

  private func writeCaptions<E: Error>(to writer: inout SVGWriter<E>) {
    writeLine(settings.title, class: "title", y: 24, to: &writer)
    let columns = Int(Double(width - 2 * Self.margin) / letter)
    for (index, line) in FittedName.lines(settings.subtitle, columns: columns).enumerated() where !line.isEmpty {
      writeLine(line, class: "subtitle", y: 43 + 15 * index, to: &writer)
    }
    guard layout.total > 0 else { return }
    writeLine(scale, class: "scale", y: height - 12, to: &writer)
  }

  /// What the width of the picture stands for.
  private var scale: String {
    var text = "Width: \(settings.unit); all is \(amount(layout.total))"
    if layout.levels > rowLimit {
      text += "; \(layout.levels) levels, of which \(rowLimit) are drawn until a zoom"
    }
    return text
  }

  private func writeLine<E: Error>(_ text: String, class name: StaticString, y: Int, to writer: inout SVGWriter<E>) {
    writer.markup("<text class=\"")
    writer.markup(name)
    attribute("\" x=\"", Self.margin, to: &writer)
    attribute(" y=\"", y, to: &writer)
    writer.markup(">")
    writer.text(text)
    writer.markup("</text>\n")
  }
}
