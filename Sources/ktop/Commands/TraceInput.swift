// What commands that look once take: a recording, or a running kernel for a while.

import ArgumentParser
import Recordings

struct TraceInput: ParsableArguments {
  @Argument(help: "A recording, or a ring (see open); - for standard input.")
  var file: String?

  @Option(
    help: ArgumentHelp("Collect from a running kernel; see attach.", valueName: "ENDPOINT"),
    transform: Endpoint.init(parsing:))
  var attach: Endpoint?

  @OptionGroup var names: NameOptions
  @OptionGroup var limit: TimeLimit

  func validate() throws {
    guard (file == nil) != (attach == nil) else { throw ValidationError("give a recording or --attach ENDPOINT") }
  }

  /// Reads all of it, or for ten seconds what a kernel says.
  /// - Throws: `ToolError` when it cannot be opened or is no trace.
  func collect() throws -> (collector: Collector, ending: Ending) {
    let names = try names.lookup()
    let source = try attach?.open() ?? RecordingFile.open(file ?? "-")
    let collector = Collector(source, names: names)
    let ending = try BatchLoop(collector: collector, limit: limit.seconds ?? (attach == nil ? nil : 10)).run()
    try collector.requireTrace()
    return (collector, ending)
  }
}
