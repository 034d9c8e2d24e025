// What stacks a command works on: the input, and how it is understood.

import ArgumentParser
import FlameGraph
import Glibc
import Recordings
import TraceModel

struct StackOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case recording, folded
  }

  @Argument(help: "A recording or folded stacks; '-' is standard input.")
  var input = "-"

  @Option(help: ArgumentHelp("What the input is; default: a guess from its bytes.", valueName: "recording|folded"))
  var from: Format?

  @Flag(name: .customLong("off-cpu"), help: "Time switched out in place of time on the CPU.")
  var isOffCPU = false

  @Option(help: ArgumentHelp("Which boot of a recording that holds several; default: the last.", valueName: "N"))
  var boot: Int?

  @Option(help: ArgumentHelp("The ELF file of the kernel, for the names of spans.", valueName: "FILE"))
  var elf: String?

  func validate() throws {
    if input == "-", isatty(STDIN_FILENO) != 0 {
      throw ValidationError("no input; name a recording, or send one on standard input")
    }
  }

  var measure: SpanMeasure { isOffCPU ? .offCPU : .onCPU }

  /// Reads the input: stacks, and the settings that a picture of them begins with.
  func read() throws(ToolError) -> (stacks: FoldedStacks, picture: FlameGraphSVG) {
    let input = try ByteInput(path: self.input)
    defer { input.close() }
    let head = try Self.head(of: input)
    switch from ?? (head.contains(0) || head.isEmpty ? .recording : .folded) {
    case .recording: return try readRecording(head, input)
    case .folded: return try readFolded(head, input)
    }
  }

  // A recording has a zero after every frame, text has none; before the first frame there may be console output.
  private static func head(of input: ByteInput) throws(ToolError) -> [UInt8] {
    var head: [UInt8] = []
    while head.count < 64 * 1024, !head.contains(0), let more = try input.next() { head += more }
    return head
  }

  private func readRecording(_ head: [UInt8], _ input: ByteInput) throws(ToolError) -> (FoldedStacks, FlameGraphSVG) {
    let model = try RecordingInput.model(head, input, elf: elf)
    guard let session = try session(of: model, input.name) else {
      return (FoldedStacks(), model.flameGraphSettings(measure, of: nil))
    }
    return (model.stacks(of: session, measure), model.flameGraphSettings(measure, of: session))
  }

  private func session(of model: TraceModel, _ name: String) throws(ToolError) -> Session? {
    guard let boot else { return model.session }
    guard model.sessions.indices.contains(boot - 1) else {
      throw ToolError(.badInput, "\(name): has \(model.sessions.count) boots; expected at least \(boot)")
    }
    return model.sessions[boot - 1]
  }

  private func readFolded(_ head: [UInt8], _ input: ByteInput) throws(ToolError) -> (FoldedStacks, FlameGraphSVG) {
    var parser = FoldedParser()
    parser.feed(head)
    while let more = try input.next() { parser.feed(more) }
    parser.finish()
    for bad in parser.badLines { KFlame.warn("\(input.name): \(bad)") }
    if parser.badLineCount > parser.badLines.count {
      KFlame.warn("\(input.name): \(parser.badLineCount - parser.badLines.count) more bad lines")
    }
    if parser.badLineCount > 0, parser.stacks.isEmpty {
      throw ToolError(.badInput, "\(input.name): expected a recording or folded stacks, 'outer;inner COUNT' a line")
    }
    return (parser.stacks, FlameGraphSVG())
  }
}
