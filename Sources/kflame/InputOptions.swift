// What stacks a command works on: the inputs, and how they are understood.

import ArgumentParser
import Tracer
import Glibc
import TraceFormats

extension TraceFormat: ExpressibleByArgument {}

struct InputOptions: ParsableArguments {
  @Argument(help: "Inputs of any format, gzip or not; '-' is standard input.")
  var inputs: [String] = ["-"]

  @Option(
    help: ArgumentHelp(
      "What the inputs are, in place of a guess: \(TraceFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "FORMAT"))
  var from: TraceFormat?

  @OptionGroup(title: "Recordings") var recording: RecordingOptions
  @OptionGroup(title: "perf script") var perf: PerfFlags
  @OptionGroup(title: "Filters") var filter: FilterOptions

  @Option(help: ArgumentHelp("Threads that read; default: one a core.", valueName: "N"))
  var threads: Int?

  func validate() throws {
    if inputs.contains("-"), isatty(STDIN_FILENO) != 0 {
      throw ValidationError("no input; name a file, or send one on standard input")
    }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024") }
  }
}

struct RecordingOptions: ParsableArguments {
  @Flag(name: .customLong("off-cpu"), help: "Time switched out in place of time on the CPU.")
  var isOffCPU = false

  @Option(
    help: ArgumentHelp(
      "Stacks that the kernel has counted: on-CPU (samples), off-CPU, wake-up or lock-wait; default: its spans.",
      valueName: "KIND"))
  var stacks: CountedKind?

  @Option(
    help: ArgumentHelp(
      "A program that ran in the machine, for the names of its functions; may be repeated. Known by its file name.",
      valueName: "FILE"))
  var program: [String] = []

  @Option(help: ArgumentHelp("Which boot of a recording that holds several; default: the last.", valueName: "N"))
  var boot: Int?

  @Option(help: ArgumentHelp("The ELF file of the kernel, for the names of spans.", valueName: "FILE"))
  var elf: String?
}

struct PerfFlags: ParsableArguments {
  @Flag(help: "Put the process id behind the command.") var pid = false
  @Flag(help: "Put process and thread id behind the command.") var tid = false
  @Flag(help: "Show the address of frames that have no symbol.") var addrs = false
  @Flag(help: "Mark functions of the kernel by _[k].") var kernel = false
  @Flag(help: "Mark functions that were compiled at run time by _[j].") var jit = false
  @Flag(help: "Mark functions that perf knows to be inlined by _[i].") var inline = false
  @Flag(help: "All marks: --kernel, --jit and --inline.") var all = false
  @Flag(name: .customLong("all-events"), help: "Count every event; without it, the first one's kind.") var allEvents =
    false
  @Flag(help: "Count samples, not their periods.") var samples = false

  @Option(name: .customLong("event-filter"), help: ArgumentHelp("The event that counts.", valueName: "EVENT"))
  var event: String?

  var options: PerfOptions {
    var options = PerfOptions()
    options.showsProcess = pid
    options.showsThread = tid
    options.showsAddresses = addrs
    options.marksKernel = kernel || all
    options.marksJIT = jit || all
    options.marksInlined = inline || all
    options.event = event
    options.takesAllEvents = allEvents
    options.countsSamples = samples
    return options
  }
}

extension InputOptions {
  var cores: Int { threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// `StackKind` as a word of the command line.
enum CountedKind: String, ExpressibleByArgument, CaseIterable {
  case running = "on-CPU"
  case sleeping = "off-CPU"
  case waking = "wake-up"
  case lockWait = "lock-wait"

  init?(argument: String) {
    guard let kind = Self.allCases.first(where: { $0.rawValue.lowercased() == argument.lowercased() }) else {
      return nil
    }
    self = kind
  }

  var kind: StackKind {
    switch self {
    case .running: .running
    case .sleeping: .sleeping
    case .waking: .waking
    case .lockWait: .lockWait
    }
  }
}
