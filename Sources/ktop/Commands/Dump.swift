// `ktop dump`: everything the model knows, for people or for programs.

import ArgumentParser
import TraceModel

struct Dump: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a recording or a running kernel's trace says: a table, JSON, CSV or OpenMetrics.")

  @OptionGroup var input: TraceInput

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

  func run() async {
    await endingWithStatus {
      let (collector, ending) = try input.collect()
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
