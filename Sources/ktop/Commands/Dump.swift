// `ktop dump`: everything the model knows, for people or for programs.

import ArgumentParser
import TraceModel

struct Dump: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a recording or a running kernel's trace says, as a table or as JSON.")

  @Argument(help: "A recording; - for standard input.")
  var file: String?

  @Option(
    help: ArgumentHelp("Collect from a running kernel; see attach.", valueName: "ENDPOINT"),
    transform: Endpoint.init(parsing:))
  var attach: Endpoint?

  @Flag(help: "JSON, with its schema_version.")
  var json = false

  @Flag(help: "A table (the default).")
  var table = false

  @OptionGroup var names: NameOptions
  @OptionGroup var limit: TimeLimit

  func validate() throws {
    guard (file == nil) != (attach == nil) else { throw ValidationError("give a recording or --attach ENDPOINT") }
    guard !(json && table) else { throw ValidationError("--json and --table exclude each other") }
  }

  func run() async {
    await endingWithStatus {
      let names = try names.lookup()
      let source = try attach?.open() ?? RecordingFile.open(file ?? "-")
      let collector = Collector(source, names: names)
      let seconds = limit.seconds ?? (attach == nil ? nil : 10)
      let ending = try BatchLoop(collector: collector, limit: seconds).run()
      try collector.requireTrace()
      try printOut(json ? collector.model.json.text : TextReport(collector.snapshot()).text)
      return ending.status
    }
  }
}
