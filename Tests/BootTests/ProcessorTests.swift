// Several CPUs: programs that would show a lost wake-up, a missed shoot-down or a broken lock, and probes that are
// switched while all of them run.

import Foundation
import Guest
import SystemPackage
import Testing
import TraceModel
import Tracer

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct ProcessorTests {
  /// Seconds of each soak: `APUS_SOAK` makes it long.
  static let soak = ProcessInfo.processInfo.environment["APUS_SOAK"].flatMap { Int($0) } ?? 4

  @Test(arguments: [1, 2, 4, 8]) func everythingAtOnce(cpus: Int) async throws {
    let result = try await CProgram(name: "stress").run(arguments: ["\(Self.soak)"], timeout: Self.soak * 4 + 60) {
      $0.cpus = cpus
    }
    #expect(result.console.hasSuffix("stress: nothing lost\nstress: descriptors as before\n"), "\(result.console)")
    #expect(result.report.end == .exited(0))
  }

  /// The same on a kernel that checks the order of its locks, where one was built.
  @Test(.enabled(if: Self.checkedKernel != nil)) func everythingAtOnceWithLocksChecked() async throws {
    let result = try await CProgram(name: "stress").run(arguments: ["\(Self.soak)"], timeout: Self.soak * 4 + 60) {
      $0.cpus = 4
      $0.kernel = Self.checkedKernel!
    }
    #expect(result.console.hasSuffix("stress: nothing lost\nstress: descriptors as before\n"), "\(result.console)")
  }

  private static var checkedKernel: FilePath? {
    ProcessInfo.processInfo.environment["APUS_CHECKED_KERNEL"].map { FilePath($0) }
  }

  @Test func threadsRunWhereTheyMay() async throws {
    let result = try await CProgram(name: "parallel").run(arguments: ["4"]) { $0.cpus = 4 }
    for index in 0..<4 { #expect(result.console.contains("thread \(index) ran on CPU \(index)\n")) }
    #expect(result.console.contains("a CPU that is not there: refused\n"))
    #expect(result.report.end == .exited(0))
  }

  /// Probes go on and off all the time while four CPUs work; what was recorded adds up.
  @Test func probesAreSwitchedUnderLoad() async throws {
    let socket = FilePath(NSTemporaryDirectory()).appending("apus-line-\(UUID().uuidString)")
    defer { unlink(socket.string) }
    async let run = CProgram(name: "stress").run(arguments: ["\(Self.soak)"], timeout: Self.soak * 4 + 60) {
      $0.cpus = 4
      $0.traceLine = .socket(socket)
    }
    let line = try await TraceSocket.connect(socket)
    defer { line.close() }
    var switches = 0
    let end = ContinuousClock.now + .seconds(Self.soak)
    while ContinuousClock.now < end {
      switches += 1
      let isOn = switches % 2 == 1
      try line.send(isOn ? .enable(KeyMask.all) : .disable(KeyMask.all))
      try await line.wait(for: "switch \(switches)") {
        ($0.session?.hello?.enabledKeys ?? 0) == (isOn ? KeyMask.all : 0)
      }
    }
    line.close()
    let result = try await run
    #expect(result.console.hasSuffix("stress: nothing lost\nstress: descriptors as before\n"), "\(result.console)")
    #expect(switches > Self.soak)
  }
}
