// The command `kflame`: flame graphs from recordings.

import ArgumentParser
import Glibc
import Recordings
import SystemPackage

/// Each command says its name itself: deriving it from its type is a fifth of what starting takes.
@main
struct KFlame: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kflame",
    abstract: "Flame graphs, of recordings and of what other profilers write.",
    discussion:
      "Exit status: 0, 1 failure, 2 threshold exceeded, 64 usage, 65 bad input, 66 no input, 74 input/output error.",
    subcommands: [Render.self, Collapse.self, Diff.self, Convert.self, Info.self, Pack.self])

  static func main() {
    // A reader that goes away is an error of writing like any other, with its message and status.
    signal(SIGPIPE, SIG_IGN)
    main(nil)
  }

  /// Runs a command's body; an error becomes one line on standard error and the exit status.
  static func ending(_ body: () throws(ToolError) -> Void) {
    do { try body() } catch {
      warn("\(error)")
      Glibc.exit(error.exitCode)
    }
  }

  static func warn(_ line: String) { _ = try? FileDescriptor.standardError.writeAll("kflame: \(line)\n".utf8) }
}
