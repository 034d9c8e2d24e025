// `ktop watch`: a line of JSON every so often, for programs that follow along.

import ArgumentParser
import Glibc
import Recordings
import TraceModel

struct Watch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the state of a running kernel every so often, an object of JSON a line.",
    discussion: "Each line is what dump --json says at that moment, with \"seconds\" since the stream began.")

  @Argument(help: "Where the trace comes from; see attach.", transform: Endpoint.init(parsing:))
  var endpoint: Endpoint

  @Flag(help: "Lines of JSON (the only format there is).")
  var jsonl = false

  @Option(help: ArgumentHelp("Seconds between two lines.", valueName: "SECONDS"))
  var interval = 1.0

  @Option(help: ArgumentHelp("End after so many lines.", valueName: "NUMBER"))
  var count: Int?

  @OptionGroup var names: NameOptions
  @OptionGroup var limit: TimeLimit

  func validate() throws {
    guard interval >= 0.1, interval <= 3600 else { throw ValidationError("--interval takes 0.1 to 3600 seconds") }
    if let count, count < 1 { throw ValidationError("--count takes a positive number") }
  }

  func run() async {
    await endingWithStatus {
      let collector = Collector(try endpoint.open(), names: try names.lookup())
      var printed = 0
      var next = Clock.seconds() + interval
      var loop = BatchLoop(collector: collector, limit: limit.seconds)
      loop.wakeAt = { next }
      loop.onWake = {
        next += interval
        guard collector.isTrace else { return true }
        try Self.printLine(collector)
        printed += 1
        return count.map { printed < $0 } ?? true
      }
      let ending = try loop.run()
      try collector.requireTrace()
      // A source that ends has said its last word since.
      if ending == .sourceEnded { try Self.printLine(collector) }
      return ending.status
    }
  }

  private static func printLine(_ collector: Collector) throws {
    guard case .object(let members) = collector.model.json else { return }
    try printOut(JSONValue.object([("seconds", .number(collector.reading.seconds))] + members).line + "\n")
  }
}
