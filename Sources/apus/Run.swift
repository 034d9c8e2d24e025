// `apus run`: one command in a fresh machine, its console on standard output, its status as ours.

import ArgumentParser
import Glibc
import Guest
import Recordings
import SystemPackage

/// Statuses of our own, beside those of the command.
enum RunStatus {
  static let timedOut: Int32 = 124
  static let panicked: Int32 = 125
  static let lost: Int32 = 70
}

struct MachineOptions: ParsableArguments {
  @Option(help: "Number of CPUs.")
  var cpus = 1

  @Option(help: ArgumentHelp("Memory in MiB.", valueName: "MB"))
  var memory = 512

  @Option(help: ArgumentHelp("Add a file or directory of the host; repeatable.", valueName: "FILE[:PATH]"))
  var add: [String] = []

  @Option(help: ArgumentHelp("Use this cpio archive instead of BusyBox's.", valueName: "FILE"))
  var initramfs: String?

  @Option(help: ArgumentHelp("Words for the kernel's boot line.", valueName: "TEXT"))
  var append = ""

  @Option(help: "tcg (everywhere) or kvm (only where it works).")
  var accel = GuestConfiguration.Accelerator.tcg

  @Option(help: ArgumentHelp("Kernel ELF; default: the one built here, or $APUS_KERNEL.", valueName: "FILE"))
  var kernel: String?

  @Option(help: ArgumentHelp("QEMU's GDB stub, for gdb or ktop attach --gdb: tcp:127.0.0.1:1234.", valueName: "DEVICE"))
  var gdb: String?

  func validate() throws {
    guard (1...8).contains(cpus) else { throw ValidationError("--cpus takes 1 to 8") }
    guard (64...8192).contains(memory) else { throw ValidationError("--memory takes 64 to 8192") }
  }

  func configuration() throws -> GuestConfiguration {
    var result = GuestConfiguration(kernel: try kernel.map { FilePath($0) } ?? KernelImage.locate())
    result.cpus = cpus
    result.memory = memory
    result.additions = add.map(Initramfs.Addition.init(parsing:))
    result.initramfs = initramfs.map { FilePath($0) }
    result.append = append
    result.accelerator = accel
    result.debugger = gdb
    return result
  }
}

extension GuestConfiguration.Accelerator: ExpressibleByArgument {}

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a command in a fresh virtual machine.",
    discussion: """
      The command's console is standard output, and its exit status becomes ours: 128+N when signal N ended it, 124 \
      when --timeout did, 125 when the kernel panicked. With --icount, guest time counts instructions, and the last \
      line on standard error tells what the command cost from exec to exit.
      """)

  @OptionGroup var machine: MachineOptions

  @Flag(help: "Count guest instructions, exactly; the console takes no input then.")
  var icount = false

  @Option(
    help: ArgumentHelp(
      "Where the trace line goes: a file, or a socket that ktop attaches to. Say what to trace by --append trace=all.",
      valueName: "FILE|unix:PATH"))
  var trace: String?

  @Option(help: ArgumentHelp("Kill the machine after this many seconds.", valueName: "S"))
  var timeout: Double?

  @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
  var command: [String]

  func validate() throws {
    if let timeout, timeout <= 0 { throw ValidationError("--timeout takes a positive number of seconds") }
    guard !command.isEmpty else { throw ValidationError("no command; put it behind --") }
  }

  func run() async throws {
    do {
      var configuration = try machine.configuration()
      configuration.command = command
      configuration.countsInstructions = icount
      if let trace { configuration.traceLine = traceLine(trace) }
      let outcome = try await launch(configuration)
      try addNames(configuration)
      Glibc.exit(await report(outcome, kernel: configuration.kernel))
    } catch let error as GuestError {
      printError("apus: \(error)")
      Glibc.exit(error.exitCode)
    }
  }

  // A recording is to be read without the files that the machine was made of.
  private func addNames(_ configuration: GuestConfiguration) throws {
    guard case .file(let path) = configuration.traceLine else { return }
    do {
      try RecordingNames.append(to: path.string, kernel: configuration.kernel, additions: configuration.additions)
    } catch { throw GuestError("\(error)", exitCode: error.kind.rawValue) }
  }

  private func traceLine(_ place: String) -> GuestConfiguration.TraceLine {
    place.hasPrefix("unix:") ? .socket(FilePath(String(place.dropFirst(5)))) : .file(FilePath(place))
  }

  private func launch(_ given: GuestConfiguration) async throws -> GuestOutcome {
    let limit = timeout.map { Duration.seconds($0) }
    guard icount else {
      let console = try ConsoleInput(given)
      return try await Guest(console.configuration).run(input: console.descriptor, timeout: limit)
    }
    // Under icount the console goes to a file, which cannot push back on the guest; its bytes are passed on from there.
    let tail = try ConsoleTail()
    var configuration = given
    configuration.console = .file(tail.path)
    let (outcome, _) = try await Guest(configuration).run(timeout: limit) { guest in try await tail.follow() }
    return outcome
  }

  /// Says what there is to say and gives the status.
  private func report(_ outcome: GuestOutcome, kernel: FilePath) async -> Int32 {
    if outcome.timedOut {
      printError("apus: timed out after \(timeout ?? 0) s; the machine was killed")
      return RunStatus.timedOut
    }
    if icount, let ticks = outcome.report.ticks { printError("\(ticks) instructions") }
    switch outcome.report.end {
    case .exited(let code): return code
    case .signaled(let signal): return 128 + signal
    case .poweredOff: return 0
    case .panicked(let message):
      let report = PanicReport(message: message, stack: outcome.report.stack, kernel: kernel)
      for line in await report.lines() { printError(line) }
      return RunStatus.panicked
    case .unknown:
      printError("apus: the machine ended without a report (killed, reset, or left by Ctrl-A X)")
      return RunStatus.lost
    }
  }
}

func printError(_ line: String) { FileDescriptor.standardError.writeLine(line) }

extension FileDescriptor {
  func writeLine(_ line: String) { _ = try? writeAll((line + "\n").utf8) }
}
