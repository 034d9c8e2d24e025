// Programs whose transcript on Linux is recorded beside them: what they print on Apus must be the same, byte for byte.

import Foundation
import Guest
import Subprocess
import SystemPackage
import Testing

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct ProgramTests {
  @Test(arguments: [
    "processes", "signals", "memory", "pipes", "files", "slices", "locks", "clocks", "threads", "futexes", "siginfo",
    "timers", "events", "sockets", "mappings", "limits", "ptys",
  ])
  func printsWhatLinuxPrints(_ name: String) async throws {
    let program = CProgram(name: name)
    let result = try await program.run()
    #expect(result.console == (try program.expected()))
    #expect(result.report.end == .exited(0))
  }

  /// What several processors could upset, on four of them.
  @Test(arguments: ["threads", "futexes", "siginfo", "timers", "events", "sockets", "mappings", "locks", "ptys"])
  func printsTheSameOnFourProcessors(_ name: String) async throws {
    let program = CProgram(name: name)
    let result = try await program.run { $0.cpus = 4 }
    #expect(result.console == (try program.expected()))
    #expect(result.report.end == .exited(0))
  }

  /// The other C library's threads.
  @Test(arguments: ["threads", "timers"])
  func printsTheSameWithTheOtherLibrary(_ name: String) async throws {
    let program = CProgram(name: name)
    let result = try await program.run(compiler: "gcc", flags: ["-static", "-pthread"]) { $0.cpus = 2 }
    #expect(result.console == (try program.expected()))
    #expect(result.report.end == .exited(0))
  }

  /// The same program in the other shapes that the loader knows.
  @Test(arguments: [["gcc", "-static"], ["gcc", "-static-pie", "-fPIE"], ["musl-gcc", "-static", "-pie", "-fPIE"]])
  func loadsEveryKindOfStaticProgram(_ build: [String]) async throws {
    let program = CProgram(name: "pipes")
    let file = try await program.build(compiler: build[0], flags: Array(build.dropFirst()))
    defer { unlink(file) }
    // Another C library words its errors in another way: this binary's own transcript on this host is the truth.
    let host = try await Subprocess.run(
      .path(FilePath(file)), output: .string(limit: 1 << 16), error: .discarded)
    let result = try await Machine.run(["/pipes"]) {
      $0.additions = [Initramfs.Addition(source: file, target: "/pipes")]
    }
    #expect(result.console == host.standardOutput)
  }

  /// Random calls of several threads: the kernel, the parent and a bystander survive, and what was free is free again.
  /// A million calls take `apus run --add fuzz -- /fuzz SEED 1000000`; here it is 60,000 a seed.
  @Test(arguments: [1, 2]) func survivesRandomSystemCalls(seed: Int) async throws {
    let result = try await CProgram(name: "fuzz").run(
      flags: ["-static", "-pthread"], arguments: ["\(seed)", "60000", "800", "4"], timeout: 180
    ) {
      $0.memory = 128
      $0.cpus = seed
    }
    #expect(result.console.hasSuffix("kB\ndone\n"), "\(result.console.suffix(500))")
    #expect(result.report.end == .exited(0))
  }

  /// Bad pointers in every system call, kernel addresses, privileged instructions, runaway stack, memory and fork
  /// exhaustion: the program goes on to its end, and so does the kernel.
  @Test(arguments: [64, 256])
  func survivesAHostileProgram(memory: Int) async throws {
    let result = try await CProgram(name: "hostile").run(timeout: 180) { $0.memory = memory }
    #expect(result.console.contains("0 failures\ndone\n"), "\(result.console.suffix(2000))")
    #expect(result.report.end == .exited(0))
  }
}
