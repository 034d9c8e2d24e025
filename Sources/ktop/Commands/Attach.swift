// `ktop attach`: watches a kernel that runs.

import ArgumentParser
import Recordings

struct Attach: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watch a running kernel on its trace line.",
    discussion: """
      ENDPOINT is a unix socket, a terminal (pty), a FIFO or a growing file by its path, unix:PATH, or tcp:HOST:PORT on \
      loopback. Names come from the stream, from --elf, or from kernels launched or built here. With --gdb there is no \
      ENDPOINT: any kernel in QEMU is sampled, whether it has a tracer or not.
      """)

  @Argument(help: "Where the trace comes from.", transform: Endpoint.init(parsing:))
  var endpoint: Endpoint?

  @OptionGroup var stub: StubOptions
  @OptionGroup var names: NameOptions
  @OptionGroup var limit: TimeLimit
  @OptionGroup var screen: ScreenOptions

  @OptionGroup var record: RecordOption

  func validate() throws {
    guard (endpoint == nil) != (stub.gdb == nil) else { throw ValidationError("give an ENDPOINT or --gdb HOST:PORT") }
  }

  func run() async {
    await endingWithStatus {
      if let gdb = stub.gdb { return try sample(gdb) }
      let names = try names.lookup()
      let settings = try screen.load()
      guard let endpoint else { return ToolError.Kind.usage.rawValue }
      let source = try endpoint.open()
      let collector = Collector(
        source, names: names, recorder: try record.recorder(),
        store: try record.ring(settings) ?? endpoint.store(settings))
      return try collector.watch(settings: settings, limit: limit.seconds, batchLimit: 10)
    }
  }

  private func sample(_ gdb: String) throws -> Int32 {
    let settings = try screen.load()
    let (recorder, ring) = (try record.recorder(), try record.ring(settings))
    let source = try stub.open(gdb, elf: names.elf)
    let collector = Collector(
      source, names: try NameLookup(elf: nil), recorder: recorder, store: ring, machineIsBooting: true)
    let status: Int32
    do { status = try collector.watch(settings: settings, limit: limit.seconds, batchLimit: 10) } catch {
      _ = try source.stop()
      throw error
    }
    printError("ktop: \(try source.stop())")
    return status
  }
}
