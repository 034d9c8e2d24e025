// `kbench aa`: each kernel against itself. What differs between two runs of the same thing is not a measurement.

import ArgumentParser

struct AACommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aa", abstract: "Run each kernel twice; every ratio must be 1.000.",
    discussion: "Status 1 when a row's two counts differ by a single instruction, or a row failed.")

  @OptionGroup var suite: SuiteOptions

  func run() async throws {
    await reportingErrors {
      let sides = [Side.tunedLinux(try await suite.linux()), try suite.apus()]
      var differences = 0
      for side in sides { differences += try await compare(side) }
      return differences == 0 ? 0 : 1
    }
  }

  private func compare(_ side: Side) async throws -> Int {
    let twin = Side(
      name: side.name + "-again", kernel: side.kernel, linuxLine: side.linuxLine, apusWords: side.apusWords)
    let report = try await suite.comparison([side, twin]).run()
    var differences = 0
    for row in report.rows {
      guard let first = row.figures[side.name], let second = row.figures[twin.name], row.errors.isEmpty else {
        differences += 1
        print("\(side.name) \(row.name): error: \(row.errors.values.sorted().joined(separator: "; "))")
        continue
      }
      if first != second {
        differences += 1
        print("\(side.name) \(row.name): \(first.totals[0]) and \(second.totals[0]) instructions")
      }
    }
    for (name, problem) in report.problems.sorted(by: { $0.key < $1.key }) {
      differences += 1
      print("\(name): \(problem)")
    }
    let rows = report.rows.count
    print("\(side.name) against itself: \(rows) rows, \(differences == 0 ? "all 1.000" : "\(differences) differ")")
    return differences
  }
}
