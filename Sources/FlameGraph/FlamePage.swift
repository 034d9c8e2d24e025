// A page of HTML with the flame graph and, where samples have times, a heat map of them: time runs in columns and within
// each from bottom to top, and a darker cell has more. A range picked in it becomes the flame graph.
//
// The page needs nothing from outside. The picture in it is the SVG of `FlameGraphSVG`, with the same script.

public struct FlamePage {
  public struct Sample {
    /// Nanoseconds.
    public var time: UInt64
    /// Of the page's stacks: where this one ends.
    public var node: UInt32
    public var value: UInt64

    public init(time: UInt64, node: UInt32, value: UInt64) { (self.time, self.node, self.value) = (time, node, value) }
  }

  public var settings: FlameGraphSVG
  public var layout: FlameLayout
  public var samples: [Sample]
  /// What the samples' nodes are of; the layout is theirs.
  public var stacks: FoldedStacks
  /// More cells than any screen shows: samples of one stack within a slice are one.
  static let slices: UInt64 = 1 << 14

  public init(
    settings: FlameGraphSVG, layout: FlameLayout, samples: [Sample] = [], stacks: FoldedStacks = FoldedStacks()
  ) {
    (self.settings, self.layout, self.samples, self.stacks) = (settings, layout, samples, stacks)
  }

  /// Hands the page out in chunks.
  public func render<E: Error>(to write: ([UInt8]) throws(E) -> Void) throws(E) {
    try SinkStopped.draw(write) { writer throws(SinkStopped) in
      writer.markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>")
      writer.text(settings.title)
      writer.markup("</title>\n<style>")
      writer.markup(Self.style)
      writer.markup("</style>\n</head>\n<body>\n<main>\n<h1>")
      writer.text(settings.title)
      writer.markup("</h1>\n")
      if !samples.isEmpty { try writeHeatMap(to: &writer) }
      writer.markup("<div id=\"flame\">\n")
      try FlamePicture(settings: settings, layout: layout, isStandalone: false).write(to: &writer)
      writer.markup("</div>\n</main>\n")
      if !samples.isEmpty {
        writer.markup("<script>\n")
        writer.markup(FlameScript.heat)
        writer.markup("\n</script>\n")
      }
      writer.markup("</body>\n</html>\n")
    }
  }

  /// Samples as numbers: differences of times, value, and the frame of the table's tree at which the stack ends.
  private func writeHeatMap<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    writer.markup("<section aria-label=\"Heat map\">\n<canvas id=\"heat\" tabindex=\"0\" role=\"img\" ")
    writer.markup("aria-label=\"Samples over time; drag, or use arrows with Shift, to pick a range\"></canvas>\n")
    writer.markup("<p id=\"range\" role=\"status\"></p>\n</section>\n<template id=\"samples\">")
    let rows = HeatRow.rows(samples, FramePlaces(layout, stacks), slices: Self.slices)
    var last = rows.first?.time ?? 0
    try writer.digits(UInt64(rows.count), FrameTable.alphabet)
    for row in rows {
      try writer.digits(row.time - last, row.value, UInt64(row.frame), FrameTable.alphabet)
      last = row.time
    }
    writer.markup("</template>\n")
  }

  private static let style: StaticString = #"""

    body{margin:0;font:14px system-ui,"DejaVu Sans",sans-serif;color:#1c1b19;background:#fdfcfa}
    main{padding:12px}
    h1{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    #heat{display:block;width:100%;height:128px;cursor:crosshair;background:#efece6}
    #heat:focus-visible{outline:2.5px solid #0a58ca}
    #range{margin:4px 10px;min-height:1.3em}
    @media (prefers-color-scheme:dark){body{color:#e8e6e3;background:#17181c}#heat{background:#26282e}}

    """#
}
