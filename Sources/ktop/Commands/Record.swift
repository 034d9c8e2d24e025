// `ktop record`: keeps a stream, and says in the end what is in it.

import ArgumentParser
import TraceModel

struct Record: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep the trace of a running kernel in a file, until ^C or --for.")

  @Argument(help: "Where the trace comes from; see attach.", transform: Endpoint.init(parsing:))
  var endpoint: Endpoint

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("The recording; - for standard output.", valueName: "FILE"))
  var output: String

  @OptionGroup var names: NameOptions
  @OptionGroup var limit: TimeLimit

  func run() async {
    await endingWithStatus {
      let names = try names.lookup()
      let source = try endpoint.open()
      let collector = Collector(source, names: names, recorder: try Recorder(output))
      let ending = try BatchLoop(collector: collector, limit: limit.seconds).run()
      try collector.requireTrace()
      printError("ktop: \(TextReport(collector.snapshot()).summary)")
      // ^C is how one stops a recording without a limit.
      return limit.seconds == nil && ending == .signal(2) ? 0 : ending.status
    }
  }
}
