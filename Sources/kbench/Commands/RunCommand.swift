// `kbench run`: both kernels, the table, the verdict.

import ArgumentParser
import Foundation
import Guest
import SystemPackage

enum FailOn: String, ExpressibleByArgument, CaseIterable { case regression }
enum Baselines: String, ExpressibleByArgument, CaseIterable { case tuned, both }

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the suite on Linux and on Apus and compare.",
    discussion: """
      Statuses: 0, 1 when a row or a run failed, 2 when --fail-on regression finds one, 65 when a baseline does not fit.
      """)

  @OptionGroup var suite: SuiteOptions

  @Option(help: "Linux as tuned (the fair one), or with Debian's defaults beside it.")
  var linux = Baselines.tuned

  @Option(
    help: ArgumentHelp("Measure wall time instead, over this many runs of each kernel in turns.", valueName: "RUNS"))
  var wall: Int?

  @Option(help: ArgumentHelp("Take Linux's figures from this report; its fingerprint must match.", valueName: "FILE"))
  var baseline: String?

  @Option(help: ArgumentHelp("Write the report as JSON.", valueName: "FILE"))
  var json: String?

  @Option(help: ArgumentHelp("Write the table as Markdown.", valueName: "FILE"))
  var markdown: String?

  @Option(help: ArgumentHelp("Write a chart.", valueName: "FILE"))
  var svg: String?

  @Option(help: "Exit with status 2 when a row is slower than Linux by more than a tenth.")
  var failOn: FailOn?

  func validate() throws {
    if let wall, wall < 3 { throw ValidationError("--wall takes at least 3 runs") }
    if suite.cpus > 1, wall == nil {
      throw ValidationError("--cpus needs --wall: Linux does not boot with two CPUs when instructions are counted")
    }
  }

  func run() async throws {
    await reportingErrors {
      let known = try baseline.map { try Report.load($0) }
      let kernel = try await suite.linux()
      let sides = [.tunedLinux(kernel)] + (linux == .both ? [.defaultLinux(kernel)] : []) + [try suite.apus()]
      let comparison = try suite.comparison(sides, isWall: wall != nil, repeats: wall ?? 1)
      let report = try await comparison.run(baseline: known, baselineName: baseline ?? "")
      print(ReportTable(report, width: TerminalWidth.current).text, terminator: "")
      try write(report)
      return status(report)
    }
  }

  private func write(_ report: Report) throws {
    if let json { try HostFile.write(FilePath(json), report.encoded()) }
    if let markdown { try HostFile.write(FilePath(markdown), Array(ReportMarkdown(report).text.utf8)) }
    if let svg { try HostFile.write(FilePath(svg), Array(ReportChart(report).svg.utf8)) }
  }

  private func status(_ report: Report) -> Int32 {
    if report.hasErrors { return 1 }
    return failOn == .regression && !report.regressions.isEmpty ? 2 : 0
  }
}
