// `kbench history`: the reports of a directory in the order of their names, and what moved from one to the next.

import ArgumentParser
import Guest
import SystemPackage

struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show how the figures moved over the reports in a directory.",
    discussion: "Reports are read in the order of their file names. Files that are no reports are named and left out.")

  @Argument(help: ArgumentHelp("A directory of reports.", valueName: "DIR")) var directory: String
  @Option(help: "Movements shown for each step.") var top = 5

  func run() async throws {
    await reportingErrors {
      let reports = try load()
      guard let first = reports.first else { throw GuestError("no reports in \(directory)", exitCode: 66) }
      print(line(first.name, first.report))
      for (earlier, later) in zip(reports, reports.dropFirst()) {
        print(line(later.name, later.report))
        try describe(earlier.report, later.report)
      }
      return 0
    }
  }

  private func load() throws -> [(name: String, report: Report)] {
    try HostFile.names(in: FilePath(directory)).filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
      do { return (name, try Report.load(FilePath(directory).appending(name).string)) } catch let error as GuestError {
        printError("kbench: left out: \(error)")
        return nil
      }
    }
  }

  private func line(_ name: String, _ report: Report) -> String {
    let mean = report.geometricMean().map(Number.ratio) ?? "-"
    return "\(name)  \(report.fingerprint.commit)  geometric mean \(mean)  \(ReportSummary(report).counts)"
  }

  private func describe(_ earlier: Report, _ later: Report) throws {
    let movement = try Movement(from: earlier, to: later)
    let moved = movement.steps.filter { $0.before != $0.after }
      .sorted { abs($0.change / $0.before) > abs($1.change / $1.before) }
    for step in moved.prefix(top) {
      print(
        "  \(step.row) (\(step.side)) \(Number.figure(step.before)) -> \(Number.figure(step.after))", terminator: "")
      print("  \(Number.signed(step.change))")
    }
    if moved.count > top { print("  and \(moved.count - top) more") }
  }
}
