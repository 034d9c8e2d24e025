// `kbench compare`: what moved between two reports.

import ArgumentParser
import Guest

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Show what moved between two reports, by how many instructions.")

  @Argument(help: ArgumentHelp("The earlier report.", valueName: "A.json")) var before: String
  @Argument(help: ArgumentHelp("The later report.", valueName: "B.json")) var after: String

  @Flag(help: "Rows that did not move as well.") var all = false

  func run() async throws {
    await reportingErrors {
      let movement = try Movement(from: Report.load(before), to: Report.load(after))
      print(movement.text(all: all), terminator: "")
      return 0
    }
  }
}
