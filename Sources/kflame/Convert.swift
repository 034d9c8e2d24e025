// `kflame convert`: any input as another format.

import ArgumentParser
import Glibc
import Recordings
import TraceFormats

extension ExportFormat: ExpressibleByArgument {}

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write stacks or samples in another format.",
    discussion: """
      Inputs that know time keep it; of others the stacks follow each other, each as long as its value. ctf is a \
      folder, which --output names.
      """)

  @OptionGroup var input: InputOptions

  @Option(
    help: ArgumentHelp(
      "One of \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "FORMAT"))
  var to: ExportFormat

  @Option(name: .shortAndLong, help: ArgumentHelp("Where it goes; default: standard output.", valueName: "FILE"))
  var output: String?

  func validate() throws {
    let isStandard = output == nil || output == "-"
    if to.isFolder, isStandard { throw ValidationError("--to \(to.rawValue) writes a folder; name it by --output") }
    if to.isBinary, isStandard, isatty(STDOUT_FILENO) != 0 {
      throw ValidationError("--to \(to.rawValue) is no text for a terminal; name a file by --output")
    }
  }

  func run() {
    KFlame.ending { () throws(ToolError) in
      let (profile, _) = try InputReader(options: input, keepsSamples: to != .folded && to != .pprof).read()
      let files = to.write(profile)
      if to.isFolder, let output { try ByteOutput.makeFolder(output) }
      for (name, bytes) in files {
        let path = to.isFolder ? output.map { "\($0)/\(name)" } : output
        let file = try ByteOutput(path: path)
        try file.write(to.isPacked ? Gzip.pack(bytes) : bytes)
        try file.close()
      }
    }
  }
}
