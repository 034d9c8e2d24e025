// `kflame collapse`: the stacks as folded text.

import ArgumentParser
import FlameGraph
import Recordings

struct Collapse: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collapse",
    abstract: "Print stacks as folded text: 'outer;inner;leaf COUNT' a line.")

  @OptionGroup var input: InputOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the text goes; default: standard output.", valueName: "FILE"))
  var output: String?

  func run() {
    KFlame.ending { () throws(ToolError) in
      let stacks = try InputReader(options: input).read().profile.stacks
      let output = try ByteOutput(path: output)
      try stacks.writeText { bytes throws(ToolError) in try output.write(bytes) }
      try output.close()
    }
  }
}
