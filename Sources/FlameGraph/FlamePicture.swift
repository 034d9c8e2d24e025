// The document: head, style, the still picture of the whole graph, the table and the script.

struct FlamePicture {
  let settings: FlameGraphSVG
  let layout: FlameLayout

  /// Pixels; the script knows the same numbers.
  static let margin = 10
  static let top = 84
  static let bottom = 34
  static let row = 17
  static let letter = 7.25
  /// Renderers of still pictures give up above 32,767 pixels; deeper frames come with zoom.
  static let rowLimit = 1500

  func write<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    writeHead(to: &writer)
    writeStyle(to: &writer)
    writeCaptions(to: &writer)
    if layout.total == 0 {
      writeLine(settings.emptyMessage, class: "empty", y: Self.top + 12, to: &writer)
    } else {
      try writeFrames(to: &writer)
      try FrameTable(layout).write(to: &writer)
      writer.markup("<script><![CDATA[\n")
      for part in FlameScript.parts { writer.markup(part) }
      writer.markup("\n]]></script>\n")
    }
    writer.markup("</svg>\n")
  }

  private var width: Int { settings.width ?? FlameGraphSVG.defaultWidth }
  private var rows: Int { min(layout.levels, Self.rowLimit) }
  private var height: Int { Self.top + rows * Self.row + Self.bottom }
  /// Hundredths of a pixel for all frames.
  private var room: UInt64 { UInt64(width - 2 * Self.margin) * 100 }

  private func writeHead<E: Error>(to writer: inout SVGWriter<E>) {
    writer.markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
    writer.markup("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\"")
    attribute(" width=\"", width, to: &writer)
    attribute(" height=\"", height, to: &writer)
    writer.markup(" viewBox=\"0 0 ")
    writer.number(width)
    writer.markup(" ")
    writer.number(height)
    writer.markup("\" data-unit=\"")
    writer.text(settings.unit)
    attribute("\" data-minimum=\"", UInt64(settings.minimumWidth * 1000), to: &writer, close: false)
    attribute("\" data-bits=\"", layout.droppedBits, to: &writer)
    if settings.width == nil { writer.markup(" data-fluid=\"\"") }
    if settings.isInverted { writer.markup(" data-inverted=\"\"") }
    writer.markup(">\n<title>")
    writer.text(settings.title)
    writer.markup("</title>\n")
  }

  private func attribute<E: Error>(
    _ start: StaticString, _ value: some BinaryInteger, to writer: inout SVGWriter<E>, close: Bool = true
  ) {
    writer.markup(start)
    writer.number(value)
    if close { writer.markup("\"") }
  }

  private func writeStyle<E: Error>(to writer: inout SVGWriter<E>) {
    writer.markup("<style>")
    writer.markup(FlameStyle.text)
    for shade in 0..<FlamePalette.shadeCount {
      writer.markup(".flame .c")
      writer.number(shade)
      writer.markup("{fill:")
      writer.text(settings.palette.color(shade).hexadecimal)
      writer.markup("}")
    }
    writer.markup("</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n")
  }

  private func writeCaptions<E: Error>(to writer: inout SVGWriter<E>) {
    writeLine(settings.title, class: "title", y: 24, to: &writer)
    if !settings.subtitle.isEmpty { writeLine(settings.subtitle, class: "subtitle", y: 44, to: &writer) }
    guard layout.total > 0 else { return }
    writeLine(scale, class: "scale", y: height - 12, to: &writer)
  }

  /// What the width of the picture stands for.
  private var scale: String {
    var text = "Width: \(settings.unit); all is \(amount(layout.total))"
    if layout.levels > Self.rowLimit {
      text += "; \(layout.levels) levels, of which \(Self.rowLimit) are drawn until a zoom"
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

extension FlamePicture {
  private func writeFrames<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    writer.markup("<g class=\"frames\" role=\"tree\" aria-label=\"")
    writer.text(settings.title)
    writer.markup("\">\n")
    for index in layout.indices(widthAtLeast: minimum) where layout.frames[index].depth < UInt32(rows) {
      write(layout.frames[index], to: &writer)
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
  private func write<E: Error>(_ frame: FlameLayout.Frame, to writer: inout SVGWriter<E>) {
    let left = pixels(frame.x)
    let width = pixels(frame.x + frame.width) - left
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
  private func amount(_ value: UInt64) -> String {
    let whole = UInt128(value) << UInt128(layout.droppedBits)
    let exact = "\(Quantity.grouped(whole)) \(settings.unit)"
    return settings.unit.hasSuffix("ns") && whole >= 1000
      ? "\(Quantity.duration(nanoseconds: whole)) (\(exact))" : exact
  }
}
