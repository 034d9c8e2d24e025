// The command `ktop`: watches the trace of a kernel, live or recorded.

import ArgumentParser

@main
struct Ktop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ktop",
    abstract: "Watches the system calls, locks and spans of a kernel, live or from a recording.",
    discussion: "Without a terminal on standard output, what would be a screen becomes a table at the end.",
    subcommands: [
      Run.self, Attach.self, Record.self, Replay.self, Open.self, Dump.self, Watch.self, Serve.self, Findings.self,
      Draw.self,
    ])

  @Flag(help: "Print the configuration as it is in force, as a file to start from.")
  var printConfig = false

  @Option(help: ArgumentHelp("Print a theme, as a file to start from.", valueName: "THEME"))
  var printTheme: String?

  func run() async throws {
    guard printConfig || printTheme != nil else { throw CleanExit.helpRequest(self) }
    await endingWithStatus {
      let settings = try Settings.load(theme: printTheme)
      try printOut(printTheme == nil ? settings.text : settings.theme.text)
      return 0
    }
  }
}
