// `--only`: what alone a machine records from its boot.

import ArgumentParser
import Recordings
import SystemPackage
import TraceModel

struct OnlyOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Record only these system calls, spans and locks, by name, with commas; span: and lock: tell like names apart.",
      valueName: "NAMES"))
  var only: String?

  /// The words of the boot line; `kernel` knows the names of spans and locks.
  func bootWords(_ kernel: FilePath) throws -> String {
    guard let only else { return "" }
    let table = try KernelNames.read(kernel.string)
    let rows = try only.split(separator: ",").map { name in
      guard let row = table.row(named: String(name)) else {
        throw ToolError(.usage, "--only: this kernel has no system call, span or lock named \(name)")
      }
      return String(row)
    }
    return " trace_only=" + rows.joined(separator: ",")
  }
}
