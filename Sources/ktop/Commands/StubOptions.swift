// `ktop attach --gdb`: a kernel that does not know of ktop, sampled through the GDB stub of its machine.

import ArgumentParser
import GDBStub
import Glibc
import Recordings

struct StubOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Sample any kernel through QEMU's GDB stub (-gdb tcp::PORT) instead; --elf takes its ELF file or bzImage.",
      valueName: "HOST:PORT"))
  var gdb: String?

  @Option(
    help: ArgumentHelp("Names of functions: a System.map, or what /proc/kallsyms says there.", valueName: "FILE"))
  var systemMap: String?

  @Option(help: "Samples a second on each CPU, with --gdb.")
  var rate = 200

  @Option(help: ArgumentHelp("How much of each stack is taken, with --gdb.", valueName: "BYTES"))
  var stack = 4096

  func validate() throws {
    guard (1...10_000).contains(rate) else { throw ValidationError("--rate takes 1 to 10000") }
    guard (0...65_536).contains(stack) else { throw ValidationError("--stack takes 0 to 65536") }
    if systemMap != nil && gdb == nil { throw ValidationError("--system-map belongs to --gdb") }
  }

  /// Begins to sample. Whoever is done calls `stop` of what it returns before the process ends.
  func open(_ endpoint: String, elf: String?) throws -> StubSource {
    let kernel = try KernelFile(elf: elf, systemMap: systemMap)
    var options = StubProfiler.Options()
    options.hertz = rate
    options.stackBytes = stack / 8 * 8
    return StubSource(try StubProfiler(endpoint: endpoint, kernel: kernel, options: options), label: "gdb \(endpoint)")
  }
}

/// The profiler's trace as a line, and the price of it as its label.
final class StubSource: ByteSource {
  private let profiler: StubProfiler
  private let line: LineSource
  private let name: String

  init(_ profiler: StubProfiler, label: String) {
    self.profiler = profiler
    name = label
    line = LineSource(profiler.trace, commands: nil, label: label, isFIFO: true)
  }

  var label: String { "\(name), stopped \(Self.stopped(profiler.current)) of the time" }
  var descriptor: Int32? { line.descriptor }
  var breath: Double { line.breath }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    let arrival = line.read(into: buffer)
    guard case .ended = arrival else { return arrival }
    return .ended(profiler.current.failure?.message ?? "sampling has ended")
  }

  /// Lets the machine run, and says what was done.
  func stop() throws -> String {
    let account = profiler.stop()
    if let failure = account.failure, account.samples == 0 { throw failure }
    if account.kernelSamples > 20 && account.unknownLeaves * 2 > account.kernelSamples {
      throw ToolError(
        .badInput,
        "\(account.unknownLeaves) of \(account.kernelSamples) samples are in no function of that file: another kernel?")
    }
    let rate = account.seconds > 0 ? Double(account.samples) / Double(max(1, account.cpus)) / account.seconds : 0
    return "\(account.samples) samples of \(account.cpus) CPUs, \(Int(rate.rounded())) a second on each; "
      + "the machine was stopped \(Self.stopped(account)) of the time"
  }

  private static func stopped(_ account: StubProfiler.Account) -> String {
    "\(percent(account.stoppedShareAtLeast)) to \(percent(account.stoppedShare))"
  }

  private static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
