// `apus shell`: an interactive BusyBox shell.

import ArgumentParser
import Glibc
import Guest
import SystemPackage

struct Shell: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "An interactive BusyBox shell on Apus.")

  @OptionGroup var machine: MachineOptions

  func run() async throws {
    do {
      guard isatty(0) == 1, isatty(1) == 1 else {
        throw GuestError("a shell needs a terminal; 'apus run -- COMMAND' does not", exitCode: 64)
      }
      var configuration = try machine.configuration()
      configuration.command = ["/bin/sh", "-l"]
      configuration.console = .terminal
      print("BusyBox shell on Apus. Leave with 'exit' or Ctrl-D; Ctrl-A X ends the machine at once.")
      let outcome = try await Guest(configuration).run(input: .standardInput)
      if case .panicked(let message) = outcome.report.end {
        let report = PanicReport(
          message: message, stack: outcome.report.stack, kernel: configuration.kernel)
        for line in await report.lines() { printError(line) }
        Glibc.exit(RunStatus.panicked)
      }
    } catch let error as GuestError {
      printError("apus: \(error)")
      Glibc.exit(error.exitCode)
    }
  }
}
