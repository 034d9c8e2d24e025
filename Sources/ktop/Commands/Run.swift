// `ktop run`: a fresh machine at work, watched from its first moment.

import ArgumentParser
import Glibc
import Guest
import SystemPackage

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Boot Apus in a fresh virtual machine and watch it at work.",
    discussion: """
      Without a COMMAND, a shell workload runs in a loop: find, grep, sed, sort, uniq, tar, pipes, background jobs. \
      'q' ends the machine. The recording, a flame graph and the console's text are kept in ./recordings. Without a \
      terminal it runs for 10 s and prints the table.
      """)

  @Option(help: "Number of CPUs.")
  var cpus = 1

  @Option(help: ArgumentHelp("Memory in MiB.", valueName: "MB"))
  var memory = 512

  @Option(help: "tcg (everywhere) or kvm (only where it works).")
  var accel = GuestConfiguration.Accelerator.tcg

  @Option(help: ArgumentHelp("Kernel ELF; default: the one built here, or $APUS_KERNEL.", valueName: "FILE"))
  var kernel: String?

  @Option(help: ArgumentHelp("Probes that are on from boot, by name, with commas; all, or none.", valueName: "PROBES"))
  var trace = "all"

  @Option(
    help: "How the trace leaves the machine: auto (the best it offers), ring (shared memory), virtio, uart.")
  var transport = TraceTransport.auto

  @OptionGroup var only: OnlyOption
  @Option(
    help: ArgumentHelp(
      "Keep the last of the stream in this folder, for open, instead of all of it in ./recordings.", valueName: "FOLDER"
    ))
  var record: String?

  @OptionGroup var limit: TimeLimit
  @OptionGroup var screen: ScreenOptions

  @Argument(parsing: .postTerminator, help: "A command to run instead of the workload, after --.")
  var command: [String] = []

  func validate() throws {
    guard (1...8).contains(cpus) else { throw ValidationError("--cpus takes 1 to 8") }
    guard (64...8192).contains(memory) else { throw ValidationError("--memory takes 64 to 8192") }
    guard !trace.contains(" ") else { throw ValidationError("--trace takes names with commas, without spaces") }
  }

  func run() async {
    await endingWithStatus {
      var machine = GuestConfiguration(kernel: try kernel.map { FilePath($0) } ?? KernelImage.locate())
      machine.cpus = cpus
      machine.memory = memory
      machine.accelerator = accel
      machine.append = "trace=\(trace)" + (try only.bootWords(machine.kernel))
      machine.command = command.isEmpty ? ShellWorkload.command : command
      return try await WatchedRun(
        machine, transport: try await transport.resolved(), settings: try screen.load(), ring: record,
        limit: limit.seconds
      ).run()
    }
  }
}

extension GuestConfiguration.Accelerator: ExpressibleByArgument {}
extension TraceTransport: ExpressibleByArgument {}
