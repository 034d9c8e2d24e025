// The command `ktop`: watches the trace of a kernel, live or recorded.

import ArgumentParser

@main
struct Ktop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ktop",
    abstract: "Watches the system calls, locks and spans of a kernel, live or from a recording.",
    discussion: "Without a terminal on standard output, what would be a screen becomes a table at the end.",
    subcommands: [Run.self, Attach.self, Record.self, Replay.self, Dump.self, Findings.self])
}
