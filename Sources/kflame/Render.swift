// `kflame render`: a picture of the stacks, as SVG or as a page of HTML.

import ArgumentParser
import FlameGraph
import Recordings
import TraceFormats

struct Render: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Draw a flame graph of any input.",
    discussion: """
      Lines that cannot be read are told on standard error and left out. Of an input that is none at all the picture \
      says so, and the exit status is 65.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case svg, html, text }

  @OptionGroup var input: InputOptions
  @OptionGroup(title: "Picture") var picture: PictureOptions
  @OptionGroup(title: "Order") var order: OrderOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Where it goes; default: standard output.", valueName: "FILE"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "svg; html, a page with a heat map over time where the input knows it; or text, the tree of calls.",
      valueName: "FORMAT"))
  var format = Format.svg

  @Option(help: ArgumentHelp("What the whole width stands for, at least all there is.", valueName: "N")) var total:
    String?
  @Option(help: ArgumentHelp("Multiply all values by this.", valueName: "N")) var factor: String?

  func validate() throws {
    for number in [total, factor].compactMap({ $0 }) where FoldedStacks.Amount(number) == nil {
      throw ValidationError("--total and --factor take a number of 0 or more, not '\(number)'")
    }
  }

  func run() {
    KFlame.ending { () throws(ToolError) in
      do throws(ToolError) { try draw() } catch {
        // Whoever asked for a picture finds in it why there is none.
        if error.kind == .badInput { try drawError(error.message) }
        throw error
      }
    }
  }

  private func draw() throws(ToolError) {
    let first = try ByteSource(path: input.inputs[0])
    if isPlain, let layout = try foldedLayout(first) {
      return try write(layout, FlameGraphSVG(), nil)
    }
    var reader = InputReader(options: input)
    reader.keepsSamples = order.needsTime || format == .html
    var (profile, settings) = try reader.read(first)
    if let factor, let amount = FoldedStacks.Amount(factor) { profile.stacks = profile.stacks.multiplied(by: amount) }
    let layout = try order.layout(of: profile, total: total.flatMap(FoldedStacks.Amount.init))
    try write(layout, settings, profile)
  }

  /// Folded text alone takes the short way.
  private var isPlain: Bool {
    input.inputs.count == 1 && input.filter.isEmpty && order.isPlain && total == nil && factor == nil && format == .svg
  }

  private func foldedLayout(_ source: ByteSource) throws(ToolError) -> FlameLayout? {
    guard !UTF16Text.isMarked(source.head), try InputReader.format(of: source, input.from) == .folded else {
      return nil
    }
    let held = try source.rest()
    let (layout, badLines, badLineCount) = held.withBytes {
      FlameLayout.read(folded: $0, order.flamechart ? .asGiven : .byName)
    }
    for bad in badLines { KFlame.warn("\(source.name): line \(bad.line): \(bad.reason.rawValue)") }
    if badLineCount > badLines.count { KFlame.warn("\(source.name): \(badLineCount - badLines.count) more bad lines") }
    if badLineCount > 0, layout.total == 0 {
      throw ToolError(.badInput, "\(source.name): no stacks; line \(badLines[0].line): \(badLines[0].reason.rawValue)")
    }
    return order.leftHeavy ? layout.leftHeavy() : layout
  }

  private func write(_ layout: FlameLayout, _ given: FlameGraphSVG, _ profile: Profile?) throws(ToolError) {
    var settings = given
    if order.reverse, settings.title == "Flame graph" { settings.title = "Flame graph of callers" }
    try picture.apply(to: &settings)
    if layout.total == 0 { KFlame.warn("no stacks; the \(format == .text ? "text is empty" : "picture says so")") }
    let output = try ByteOutput(path: output)
    switch format {
    case .svg: try settings.render(layout) { bytes throws(ToolError) in try output.write(bytes) }
    case .text: try FlameText(layout, unit: settings.unit).write { bytes throws(ToolError) in try output.write(bytes) }
    case .html:
      let page = FlamePage(
        settings: settings, layout: layout, samples: profile.map(TimeTable.rows) ?? [],
        stacks: profile?.stacks ?? FoldedStacks())
      try page.render { bytes throws(ToolError) in try output.write(bytes) }
    }
    try output.close()
  }

  private func drawError(_ message: String) throws(ToolError) {
    guard format == .svg else { return }
    var settings = FlameGraphSVG(title: "No flame graph")
    settings.emptyMessage = "Error: \(message)"
    let output = try ByteOutput(path: output)
    try settings.render(FoldedStacks()) { bytes throws(ToolError) in try output.write(bytes) }
    try output.close()
  }
}
