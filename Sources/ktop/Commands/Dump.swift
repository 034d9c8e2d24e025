// `ktop dump`: everything the model knows, for people or for programs.

import ArgumentParser
import TraceModel

struct Dump: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a recording or a running kernel's trace says: a table, JSON, CSV or OpenMetrics.")

  @Argument(help: "A recording; - for standard input.")
  var file: String?

  @Option(
    help: ArgumentHelp("Collect from a running kernel; see attach.", valueName: "ENDPOINT"),
    transform: Endpoint.init(parsing:))
  var attach: Endpoint?

  enum Format: String, EnumerableFlag {
    case table, json, csv, openmetrics

    static func help(for value: Format) -> ArgumentHelp? {
      switch value {
      case .table: "A table (the default)."
      case .json: "JSON, with its schema_version."
      case .csv: "Comma-separated values: a line a system call, span or lock; durations in nanoseconds."
      case .openmetrics: "OpenMetrics text, as ktop serve gives it to Prometheus."
      }
    }
  }

  @Flag(exclusivity: .exclusive)
  var format = Format.table

  @OptionGroup var names: NameOptions
  @OptionGroup var limit: TimeLimit

  func validate() throws {
    guard (file == nil) != (attach == nil) else { throw ValidationError("give a recording or --attach ENDPOINT") }
  }

  func run() async {
    await endingWithStatus {
      let names = try names.lookup()
      let source = try attach?.open() ?? RecordingFile.open(file ?? "-")
      let collector = Collector(source, names: names)
      let seconds = limit.seconds ?? (attach == nil ? nil : 10)
      let ending = try BatchLoop(collector: collector, limit: seconds).run()
      try collector.requireTrace()
      try printOut(text(of: collector))
      return ending.status
    }
  }

  private func text(of collector: Collector) -> String {
    switch format {
    case .table: return TextReport(collector.snapshot()).text
    case .json: return collector.model.json.text
    case .csv: return CSVReport(collector.snapshot()).text
    case .openmetrics: return MetricsReport(collector.snapshot()).text
    }
  }
}
