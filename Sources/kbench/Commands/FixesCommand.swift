// `kbench fixes`: each fix with and without, on Apus, in instructions and locks.

import ArgumentParser
import BenchRows
import Guest
import SystemPackage

struct FixesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fixes", abstract: "Show what each known fix is worth, by bringing the slow behaviour back.",
    discussion: """
      Each line is a row on Apus as it is ("now") and with one word more on the boot line ("brought back"). The kernel \
      is the same file; a behaviour that is not asked for costs one nop a site. Figures are instructions and locks of \
      one iteration; the spans line records what it shows, the others record nothing.
      """)

  @OptionGroup var suite: SuiteOptions

  func run() async throws {
    await reportingErrors {
      let directory = try TemporaryDirectory()
      let rows = BenchRow.allCases.filter { row in Fix.all.contains { $0.rows.contains(row) } }
      let selection = Selection(rows: rows.map { "\($0.name)" }, isQuick: true, countsLocks: true)
      let image = try await BenchImage(selection, additions: suite.add, in: directory)
      let machine = BenchMachine(
        shape: MachineShape(), image: image, directory: directory, timeout: .seconds(suite.timeout))
      // All with a trace line, so that nothing differs but the word.
      let now = try await machine.run(try suite.apus(), traceLine: .file(directory.file("trace")))
      var figures: [FixFigure] = []
      for fix in Fix.all {
        let side = try suite.apus(words: fix.words)
        figures += try Self.figures(
          fix, with: try await machine.run(side, traceLine: .file(directory.file("trace"))), without: now)
      }
      print(Self.table(figures), terminator: "")
      return 0
    }
  }

  private static func figures(_ fix: Fix, with: BenchLog, without: BenchLog) throws -> [FixFigure] {
    try fix.rows.map { row in
      switch (with.result(row, quick: true), without.result(row, quick: true)) {
      case (.success(let new), .success(let old)):
        return FixFigure(fix: fix.name, row: "\(row.name)", with: new, without: old)
      case (.failure(let error), _), (_, .failure(let error)):
        throw GuestError("\(fix.name), \(row.name): \(error)", exitCode: 1)
      }
    }
  }

  static func table(_ figures: [FixFigure]) -> String {
    var table = TextTable(
      ["fix", "row", "brought back", "now", "saved", "locks", "now", "which"], leftAligned: 2, endsWithText: true)
    for figure in figures {
      let (instructions, locks) = (figure.instructions, figure.locks)
      table.add([
        figure.fix, figure.row, Number.figure(instructions.with), Number.figure(instructions.without),
        Number.figure(instructions.with - instructions.without), Number.figure(locks.with),
        Number.figure(locks.without), figure.lockChanges,
      ])
    }
    return table.text + "\n" + Fix.all.map { "\($0.name): \($0.what) (\($0.words))\n" }.joined()
  }
}
