// `kflame diff`: what changed between two profiles.

import ArgumentParser
import FlameGraph
import Recordings
import TraceFormats

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two profiles, as an SVG or as a table of functions.",
    discussion: """
      A frame of the picture is as wide as the larger of its two values. Blue is less than before, orange is more, grey \
      is noise: a z-test of the two shares finds less than three standard deviations between them. It counts samples: \
      give --period when one counts more than 1. One input alone is folded text with two counts a line, as \
      difffolded.pl writes it; --format folded writes such text.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case svg, text, json, markdown, folded }

  @Argument(help: "The profile before; or both, as difffolded.pl writes them. '-' is standard input.") var before:
    String
  @Argument(help: "The profile after.") var after: String?
  @OptionGroup(title: "Inputs") var input: ComparedOptions
  @OptionGroup(title: "Picture") var picture: PictureOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Where it goes; default: standard output.", valueName: "FILE"))
  var output: String?

  @Option(help: ArgumentHelp("svg, text, json, markdown or folded.", valueName: "FORMAT"))
  var format = Format.svg

  @Flag(name: .shortAndLong, help: "Compare shares: the profile before is scaled to the size of the one after.")
  var normalize = false
  @Flag(help: "Turn the colours about: blue is more.") var negate = false

  @Option(help: ArgumentHelp("What one sample counts; default: measured for perf script, else 1.", valueName: "N"))
  var period: Double?

  @Option(
    name: .customLong("fail-on"),
    help: ArgumentHelp(
      "Exit with 2 when a function, with all it calls, grew by more than this part of the whole before, and it is no noise.",
      valueName: "+N%"))
  var failOn: String?

  func validate() throws {
    if let failOn, Self.threshold(failOn) == nil { throw ValidationError("--fail-on takes a part as in +5%") }
    if let period, !(period > 0) { throw ValidationError("--period takes a number above 0") }
  }

  static func threshold(_ text: String) -> Double? {
    guard text.hasPrefix("+"), text.hasSuffix("%"), let value = Double(text.dropFirst().dropLast()) else { return nil }
    return value >= 0 && value.isFinite ? value / 100 : nil
  }

  func run() {
    KFlame.ending { () throws(ToolError) in
      let (one, other) = try readBoth()
      let diff = FlameDiff(side(one), side(other), isNormalized: normalize)
      try write(diff, one, other)
      guard let failOn, let threshold = Self.threshold(failOn), let worst = diff.worst, worst.growth > threshold else {
        return
      }
      let percent = Int((worst.growth * 10_000).rounded())
      throw ToolError(
        .threshold,
        "\(worst.function.name) grew by \(percent / 100).\(percent % 100 < 10 ? "0" : "")\(percent % 100) % of the whole; the limit is \(failOn)"
      )
    }
  }

  private func readBoth() throws(ToolError) -> (Profile, Profile) {
    guard let after else { return try readPair() }
    let (one, other) = (try read(before), try read(after))
    guard one.unit == other.unit else {
      throw ToolError(.badInput, "\(after): counts \(other.unit); expected \(one.unit), as \(before) does")
    }
    return (one, other)
  }

  /// Folded text with two counts a line.
  private func readPair() throws(ToolError) -> (Profile, Profile) {
    let source = try ByteSource(path: before)
    let pair = try source.rest().withBytes { FoldedPair($0) }
    for bad in pair.badLines { KFlame.warn("\(source.name): \(bad)") }
    if pair.badLineCount > 0, pair.before.isEmpty, pair.after.isEmpty {
      throw ToolError(.badInput, "\(source.name): no stacks; expected 'outer;inner BEFORE AFTER' a line")
    }
    var (one, other) = (Profile(), Profile())
    (one.stacks, other.stacks) = (pair.before, pair.after)
    input.filter.apply(to: &one)
    input.filter.apply(to: &other)
    return (one, other)
  }

  private func read(_ path: String) throws(ToolError) -> Profile {
    try InputReader(options: input.options(path)).read().profile
  }

  private func side(_ profile: Profile) -> FlameDiff.Side {
    let scale = Double(profile.stacks.sum)
    let measured = profile.counts.stacks > 0 && profile.unit != "samples" ? scale / Double(profile.counts.stacks) : 1
    return FlameDiff.Side(profile.stacks, period: period ?? measured)
  }

  private func write(_ diff: FlameDiff, _ one: Profile, _ other: Profile) throws(ToolError) {
    let output = try ByteOutput(path: output)
    switch format {
    case .svg: try writePicture(diff, one, output)
    case .text: try output.write(Array(DiffTable(diff, unit: one.unit).text.utf8))
    case .json: try output.write(Array(DiffTable(diff, unit: one.unit).json.utf8))
    case .markdown: try output.write(Array(DiffTable(diff, unit: one.unit).markdown.utf8))
    case .folded: try output.write(Array(diff.foldedText.utf8))
    }
    try output.close()
  }

  private func writePicture(_ diff: FlameDiff, _ profile: Profile, _ output: ByteOutput) throws(ToolError) {
    var settings = FlameGraphSVG(title: "Differential flame graph", unit: profile.unit)
    settings.subtitle = "blue: less than before · orange: more · grey: noise (|z| < 3)"
    try picture.apply(to: &settings)
    settings.isNegated = negate
    try settings.render(FlameLayout(diff)) { bytes throws(ToolError) in try output.write(bytes) }
  }
}
