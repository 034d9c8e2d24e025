// Reads the inputs of a command into one profile, and says what was wrong with them.

import FlameGraph
import Recordings
import TraceFormats
import TraceModel

struct InputReader {
  let options: InputOptions
  var keepsSamples = false

  /// Everything, filtered; and the settings that a picture of it begins with.
  /// `first`: the first input, when it is open already.
  func read(_ first: ByteSource? = nil) throws(ToolError) -> (profile: Profile, picture: FlameGraphSVG) {
    var result: (profile: Profile, picture: FlameGraphSVG)?
    for (index, path) in options.inputs.enumerated() {
      let next = try readOne(index == 0 && first != nil ? first! : ByteSource(path: path))
      guard var sum = result else {
        result = next
        continue
      }
      let nodes = sum.profile.stacks.merge(next.profile.stacks)
      sum.profile.spans = []  // Their names would need new numbers; samples say the same.
      sum.profile.samples += next.profile.samples.map { sample in
        var sample = sample
        sample.node = nodes[Int(sample.node)]
        return sample
      }
      sum.profile.facts += next.profile.facts
      result = sum
    }
    var (profile, picture) = result!
    options.filter.apply(to: &profile)
    return (profile, picture)
  }

  private func readOne(_ source: ByteSource) throws(ToolError) -> (profile: Profile, picture: FlameGraphSVG) {
    let format = try Self.format(of: source, options.from)
    if format == .recording { return try RecordingInput.profile(source, options.recording, keepsSamples) }
    var profile = try profile(source, format)
    try Self.report(profile, source.name, format)
    profile.facts = profile.facts.filter { !$0.isEmpty }
    if profile.counts.lostEvents > 0 {
      profile.facts.append("\(profile.counts.lostEvents) events lost by the profiler")
    }
    if format.isSampled, let error = SamplingError.fact(samples: UInt64(profile.counts.stacks)) {
      profile.facts.append(error)
    }
    var picture = FlameGraphSVG(title: profile.title, unit: profile.unit)
    picture.subtitle = profile.facts.joined(separator: " · ")
    return (profile, picture)
  }

  static func format(of source: ByteSource, _ given: TraceFormat?) throws(ToolError) -> TraceFormat {
    if let given { return given }
    if source.head.starts(with: "PERFILE2".utf8) {
      throw ToolError(.badInput, "\(source.name): is a perf.data file; expected the text of 'perf script -i FILE'")
    }
    if let format = TraceFormat.guess(UTF16Text.decoded(source.head) ?? source.head) { return format }
    throw ToolError(
      .badInput,
      "\(source.name): line 1: expected one of \(TraceFormat.allCases.map(\.rawValue).joined(separator: ", "))")
  }

  private func profile(_ source: ByteSource, _ format: TraceFormat) throws(ToolError) -> Profile {
    let isUTF16 = UTF16Text.isMarked(source.head)
    if format == .perf, !isUTF16 {
      return try PerfInput.read(source, options.perf.options, keepsSamples: keepsSamples, cores: options.cores)
    }
    if format == .folded, !isUTF16 { return try Self.folded(source) }
    let name = source.name
    var held = try source.rest()
    if isUTF16, let text = UTF16Text.decoded(held.withBytes { Array($0) }) { held = HeldBytes(text) }
    do throws(FormatError) {
      return try held.withBytes { bytes throws(FormatError) in
        try format.read(bytes, options.perf.options, keepsSamples: keepsSamples)
      }
    } catch {
      throw ToolError(.badInput, "\(name): \(error)")
    }
  }

  /// Piece by piece: what is kept is the stacks.
  private static func folded(_ source: ByteSource) throws(ToolError) -> Profile {
    var parser = FoldedParser()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count = try source.read(into: piece)
      parser.feed(UnsafeRawBufferPointer(rebasing: piece[..<count]).bindMemory(to: UInt8.self))
      if count < piece.count { break }
    }
    parser.finish()
    return Profile(parser)
  }

  static func report(_ profile: Profile, _ name: String, _ format: TraceFormat) throws(ToolError) {
    let counts = profile.counts
    for bad in counts.badLines { KFlame.warn("\(name): \(bad)") }
    if counts.badLineCount > counts.badLines.count {
      KFlame.warn("\(name): \(counts.badLineCount - counts.badLines.count) more bad lines")
    }
    if counts.badLineCount > 0, profile.stacks.isEmpty {
      throw ToolError(.badInput, "\(name): no stacks; \(counts.badLines.first.map { "\($0)" } ?? "expected \(format)")")
    }
  }
}
