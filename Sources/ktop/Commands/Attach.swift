// `ktop attach`: watches a kernel that runs.

import ArgumentParser

struct Attach: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watch a running kernel on its trace line.",
    discussion: """
      ENDPOINT is a unix socket, a terminal (pty), a FIFO or a growing file by its path, unix:PATH, or tcp:HOST:PORT on \
      loopback. Names come from the stream, from --elf, or from kernels launched or built here.
      """)

  @Argument(help: "Where the trace comes from.", transform: Endpoint.init(parsing:))
  var endpoint: Endpoint

  @OptionGroup var names: NameOptions
  @OptionGroup var limit: TimeLimit
  @OptionGroup var screen: ScreenOptions

  @Option(help: ArgumentHelp("Also keep the stream in a file.", valueName: "FILE"))
  var record: String?

  func run() async {
    await endingWithStatus {
      let names = try names.lookup()
      let settings = try screen.load()
      let source = try endpoint.open()
      let collector = Collector(
        source, names: names, recorder: try record.map(Recorder.init), store: endpoint.store(settings))
      return try collector.watch(settings: settings, limit: limit.seconds, batchLimit: 10)
    }
  }
}
