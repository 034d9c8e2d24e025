// A page of HTML with the flame graph and, where samples have times, a heat map of them: time runs in columns and within
// each from bottom to top, and a darker cell has more. A range picked in it becomes the flame graph.
//
// The page needs nothing from outside. The picture in it is the SVG of `FlameGraphSVG`, with the same script.

public struct FlamePage {
  public struct Sample {
    /// Nanoseconds.
    public var time: UInt64
    public var value: UInt64
    let frames: [UInt32]
    let names: NameArena

    public init(time: UInt64, node: UInt32, value: UInt64, stacks: FoldedStacks) {
      (self.time, self.value, names) = (time, value, stacks.names)
      frames = stacks.pathIDs(to: node)
    }
  }

  public var settings: FlameGraphSVG
  public var layout: FlameLayout
  public var samples: [Sample]

  public init(settings: FlameGraphSVG, layout: FlameLayout, samples: [Sample] = []) {
    (self.settings, self.layout, self.samples) = (settings, layout, samples)
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
    let places = FramePlaces(layout)
    let sorted = samples.sorted { $0.time < $1.time }
    var last = sorted.first?.time ?? 0
    try writer.digits(UInt64(sorted.count), FrameTable.alphabet)
    for sample in sorted {
      try writer.digits(sample.time - last, FrameTable.alphabet)
      try writer.digits(sample.value, FrameTable.alphabet)
      try writer.digits(UInt64(places.frame(sample.frames, sample.names)), FrameTable.alphabet)
      last = sample.time
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

/// Frames of a layout by the names that lead to them.
private struct FramePlaces {
  private struct Step: Hashable {
    var parent: Int
    var name: String
  }

  private var places: [Step: Int] = [:]

  init(_ layout: FlameLayout) {
    var open: [Int] = []
    for (index, frame) in layout.frames.enumerated() {
      open.removeSubrange(Int(frame.depth)...)
      if let parent = open.last { places[Step(parent: parent, name: layout.name(of: frame))] = index }
      open.append(index)
    }
  }

  /// The deepest frame of a stack that the layout has.
  func frame(_ ids: [UInt32], _ names: NameArena) -> Int {
    var place = 0
    for id in ids {
      guard let next = places[Step(parent: place, name: names.string(id))] else { break }
      place = next
    }
    return place
  }
}
