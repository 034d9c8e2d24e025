// `kbench explain`: where a row's instructions go on Apus.

import ArgumentParser
import BenchRows
import Guest
import Recordings
import SystemPackage
import TraceModel

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Show where a row's instructions go on Apus.",
    discussion: """
      Runs the row with all probes on, and once without, and shows each system call and span by what it costs by \
      itself; with --svg as a flame graph too.
      """)

  @OptionGroup var suite: SuiteOptions
  @Option(help: "The most iterations of the row: few enough for every event to be kept.") var most = 200
  @Option(help: ArgumentHelp("Write a flame graph.", valueName: "FILE")) var svg: String?
  @Option(help: ArgumentHelp("Keep the recording, for ktop and kflame.", valueName: "FILE")) var record: String?
  @Argument(help: ArgumentHelp("The row.", valueName: "ROW")) var row: String

  func validate() throws {
    guard BenchRow.allCases.contains(where: { "\($0.name)" == row }) else { throw ValidationError("no row \(row)") }
    guard most > 0 else { throw ValidationError("--most takes a positive number") }
  }

  func run() async throws {
    await reportingErrors {
      let directory = try TemporaryDirectory()
      let selection = Selection(rows: [row], isQuick: true, countsLocks: true, mostIterations: most)
      let image = try await BenchImage(selection, additions: suite.add, in: directory)
      let machine = BenchMachine(
        shape: MachineShape(), image: image, directory: directory, timeout: .seconds(suite.timeout))
      let place = record.map { FilePath($0) } ?? directory.file("recording")
      let traced = try sample(try await machine.run(try suite.apus(words: "trace=all"), traceLine: .file(place)))
      let bare = try sample(try await machine.run(try suite.apus()))
      let explanation = try Explanation(
        row: row, recording: try HostFile.read(place), names: try names(), sample: traced)
      print(explanation.text(untraced: bare, locks: traced.locks ?? [:]), terminator: "")
      if let svg { try HostFile.write(FilePath(svg), Array(picture(explanation).utf8)) }
      return explanation.missing == 0 ? 0 : 1
    }
  }

  private func sample(_ log: BenchLog) throws -> Sample {
    let wanted = BenchRow.allCases.first { "\($0.name)" == row }!
    switch log.result(wanted, quick: true, most: most) {
    case .success(let sample): return sample
    case .failure(let error): throw GuestError("\(row): \(error)", exitCode: 1)
    }
  }

  private func names() throws -> NameTable? {
    try NameTable(elf: HostFile.read(try suite.apus().kernel))
  }

  private func picture(_ explanation: Explanation) -> String {
    var settings = explanation.model.flameGraphSettings(.onCPU, of: explanation.model.session)
    settings.title = "\(row): kernel time of \(explanation.iterations) iterations on Apus"
    return settings.render(explanation.stacks)
  }
}
