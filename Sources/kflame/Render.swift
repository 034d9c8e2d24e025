// `kflame render`: an SVG of the stacks.

import ArgumentParser
import FlameGraph
import Recordings
import TraceFormats

struct Render: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw a recording, or folded stacks, as an SVG.",
    discussion: """
      Frames are threads by name, then system calls, then the spans inside. Lines of folded text that are none are \
      told on standard error and left out.
      """)

  @OptionGroup var input: InputOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the SVG goes; default: standard output.", valueName: "FILE"))
  var output: String?

  @Option(help: "The title.")
  var title: String?

  @Option(help: "Text before the facts about the recording, below the title.")
  var subtitle: String?

  @Option(help: ArgumentHelp("Pixels; default: 1200, and all of the window in a browser.", valueName: "PX"))
  var width: Int?

  @Option(help: ArgumentHelp("Frames narrower than this come only with zoom.", valueName: "PX"))
  var minwidth = 0.4

  @Flag(help: "Root on top.")
  var inverted = false

  @Option(help: ArgumentHelp("Palette: \(FlamePalette.all.map(\.name).joined(separator: ", ")).", valueName: "NAME"))
  var colors: String?

  @Option(help: ArgumentHelp("What folded text counts.", valueName: "UNIT"))
  var countname: String?

  func validate() throws {
    if let width, !FlameGraphSVG.widthRange.contains(width) { throw ValidationError("--width takes 200 to 32000") }
    guard (0...1000).contains(minwidth) else { throw ValidationError("--minwidth takes 0 to 1000") }
    if let colors, FlamePalette.named(colors) == nil {
      throw ValidationError("--colors takes one of \(FlamePalette.all.map(\.name).joined(separator: ", "))")
    }
  }

  func run() {
    KFlame.ending { () throws(ToolError) in
      let (layout, given) = try layout()
      let picture = settings(given)
      if layout.total == 0 { KFlame.warn("no stacks; the SVG says so") }
      let output = try ByteOutput(path: output)
      try picture.render(layout) { bytes throws(ToolError) in try output.write(bytes) }
      try output.close()
    }
  }

  /// Folded text alone takes the short way.
  private func layout() throws(ToolError) -> (FlameLayout, FlameGraphSVG) {
    let first = try ByteSource(path: input.inputs[0])
    if let layout = try foldedLayout(first) { return (layout, FlameGraphSVG()) }
    let (profile, picture) = try InputReader(options: input).read(first)
    return (FlameLayout(profile.stacks), picture)
  }

  private func foldedLayout(_ source: ByteSource) throws(ToolError) -> FlameLayout? {
    guard input.inputs.count == 1, input.filter.isEmpty, !UTF16Text.isMarked(source.head), try InputReader.format(of: source, input.from) == .folded else { return nil }
    let held = try source.rest()
    let (layout, badLines, badLineCount) = FlameLayout.read(folded: held.bytes)
    for bad in badLines { KFlame.warn("\(source.name): line \(bad.line): \(bad.reason.rawValue)") }
    if badLineCount > 0, layout.total == 0 {
      throw ToolError(.badInput, "\(source.name): no stacks; \(badLines[0])")
    }
    return layout
  }

  private func settings(_ given: FlameGraphSVG) -> FlameGraphSVG {
    var settings = given
    if let title { settings.title = title }
    if let subtitle { settings.subtitle = given.subtitle.isEmpty ? subtitle : "\(subtitle) · \(given.subtitle)" }
    if let countname { settings.unit = countname }
    if let palette = colors.flatMap(FlamePalette.named) { settings.palette = palette }
    settings.width = width
    settings.minimumWidth = minwidth
    settings.isInverted = inverted
    return settings
  }
}
