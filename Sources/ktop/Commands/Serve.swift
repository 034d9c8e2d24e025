// `ktop serve`: the counters of a running kernel for Prometheus, on loopback.

import ArgumentParser
import Glibc
import Recordings

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Give a running kernel's counters to Prometheus.",
    discussion: """
      GET /metrics at ADDRESS answers with OpenMetrics text. ADDRESS is 127.0.0.1:PORT, [::1]:PORT or localhost:PORT: a \
      trace tells everything about a machine, so it does not go over networks; ssh -L forwards a port. Port 0 takes a \
      free one; the address is printed on standard error.
      """)

  @Argument(help: "Where the trace comes from; see attach.", transform: Endpoint.init(parsing:))
  var endpoint: Endpoint

  @Option(
    help: ArgumentHelp("Where to listen.", valueName: "ADDRESS"), transform: MetricsServer.Address.init(parsing:))
  var openmetrics = MetricsServer.Address(port: 9464, isVersion6: false)

  @OptionGroup var names: NameOptions
  @OptionGroup var limit: TimeLimit

  func run() async {
    await endingWithStatus {
      let names = try names.lookup()
      let collector = Collector(try endpoint.open(), names: names)
      let server = try MetricsServer(openmetrics)
      printError("ktop: http://\(server.address)/metrics")
      var loop = BatchLoop(collector: collector, limit: limit.seconds)
      loop.other = server.descriptor
      loop.onOther = { server.answer { MetricsReport(collector.snapshot()).text } }
      let ending = try loop.run()
      try collector.requireTrace()
      // ^C is how one stops a server.
      return ending == .signal(2) ? 0 : ending.status
    }
  }
}
