// What probes and the counting of locks cost a system call: a loop of calls on a kernel with probes and on one without,
// in instructions, which are exact under -icount. Two runs of different length each, so that all but the calls cancels out.

import Guest
import LinuxABI
import SystemPackage
import TraceModel

struct CallCost {
  let traced: FilePath
  /// Built by `make kernel TRACER=0`: without probes, and its locks count nothing.
  let untraced: FilePath

  /// Twice as many still fit into the ring, so that each call is recorded and none dropped.
  private static let calls = 10_000

  /// What a probe costs while it is off, and on.
  func printProbes() async throws {
    let with = try await instructions(traced, .getppid)
    let without = try await instructions(untraced, .getppid)
    let recorded = try await instructions(traced, .getppid, recording: "syscalls")
    print("getppid, \(Self.calls) calls, in guest instructions:")
    print("  probes off  \(with)")
    print("  no probes   \(without)")
    print("  recorded    \(recorded) (histogram and record; the drain held to 1 %)")
    print("  off costs   \(Self.quotient(with - without, Self.calls)) a call")
    print("  on costs    \(Self.quotient(recorded - with, Self.calls)) a call")
  }

  /// What it costs that locks are counted and tell their holder, by calls that take some.
  func printLocks() async throws {
    print(
      "locks counted, probes off: call, locks a call, instructions a call more than without; and more with key locks")
    for call in [.getppid, .umask, .alarm, .getcwd, .lseek, .times, .sync, .sched_yield] as [SyscallNumber] {
      let off = try await instructions(traced, call)
      let more = try await off - instructions(untraced, call)
      let held = try await instructions(traced, call, recording: "locks") - off
      let figures = [try await locksTaken(call), more, held].map { Self.quotient($0, Self.calls) }
      print("  \("\(call)".padding(12))\(figures.joined(separator: "  "))")
    }
  }

  private func instructions(_ kernel: FilePath, _ call: SyscallNumber, recording key: String? = nil) async throws -> Int
  {
    func ticks(_ calls: Int) async throws -> Int {
      Int(
        try await run(kernel, call, calls) {
          guard let key else { return }
          $0.traceLine = .file("/dev/null")
          $0.append = "trace=\(key) trace_share=1"
        })
    }
    return try await ticks(2 * Self.calls) - ticks(Self.calls)
  }

  /// Counted by the kernel itself, in runs of their own: sending the counts takes locks, too.
  private func locksTaken(_ call: SyscallNumber) async throws -> Int {
    func locks(_ calls: Int) async throws -> Int {
      let directory = try TemporaryDirectory()
      let file = directory.file("trace")
      _ = try await run(traced, call, calls) { $0.traceLine = .file(file) }
      var model = TraceModel()
      model.feed(try HostFile.read(file))
      model.finish()
      return Int(model.session?.locks.values.reduce(0) { $0 + $1.acquired } ?? 0)
    }
    return try await locks(2 * Self.calls) - locks(Self.calls)
  }

  /// The instructions of one run.
  private func run(
    _ kernel: FilePath, _ call: SyscallNumber, _ calls: Int, _ configure: (inout GuestConfiguration) -> Void
  ) async throws -> UInt64 {
    var configuration = GuestConfiguration(kernel: kernel)
    configuration.command = ["/calls"]
    let program = CallLoop.program(calls: UInt32(calls), of: UInt32(call.rawValue))
    configuration.programs = [Initramfs.Program(path: "/calls", content: program)]
    configuration.countsInstructions = true
    configuration.console = .none
    configure(&configuration)
    let outcome = try await Guest(configuration).run(timeout: .seconds(120))
    guard let ticks = outcome.report.ticks, outcome.report.end == .exited(0) else {
      throw GuestError("\(call) failed on \(kernel): \(outcome.report.end)", exitCode: 1)
    }
    return ticks
  }

  /// With five decimals, without floating point's surprises.
  private static func quotient(_ value: Int, _ divisor: Int) -> String {
    let scaled = value.magnitude * 100_000 / UInt(divisor)
    let fraction = String(scaled % 100_000)
    return "\(value < 0 ? "-" : "")\(scaled / 100_000).\(String(repeating: "0", count: 5 - fraction.count))\(fraction)"
  }
}
