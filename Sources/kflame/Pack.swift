// `kflame pack`: a recording that carries its names, to be read where the kernel's ELF file is not.

import ArgumentParser
import Recordings
import TraceModel

struct Pack: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Copy a recording with the kernel's names at its head, so that others can read it.")

  @Argument(help: "A recording; '-' is standard input.")
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the copy goes; default: standard output.", valueName: "FILE"))
  var output: String?

  @Option(help: ArgumentHelp("The ELF file of the kernel; default: found by build-id.", valueName: "FILE"))
  var elf: String?

  func run() {
    KFlame.ending { () throws(ToolError) in
      let source = try ByteSource(path: input)
      let held = try source.rest()
      let model = try RecordingInput.model(held, source.name, elf: elf)
      guard let names = model.session.flatMap(model.names) else {
        throw ToolError(.badInput, "\(source.name): the names of its kernel were not found; give the ELF file by --elf")
      }
      let stream = held.withBytes { Array($0) }
      var (told, rest) = names.takeFrames(outOf: stream)
      // What a recording says itself is all that was known where it was made.
      if elf != nil || NameTable(frames: told, buildID: names.buildID)?.functions.isEmpty ?? true {
        told = names.frames() + (model.session.map { model.usedFunctionFrames(of: $0) } ?? [])
        rest = stream
      }
      let output = try ByteOutput(path: output)
      try output.write(told + rest)
      try output.close()
    }
  }
}
