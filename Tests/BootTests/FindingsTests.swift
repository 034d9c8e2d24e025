// Each slow behaviour that can be brought back is found by its own rule, and the kernel as it is gives no finding.

import Foundation
import Guest
import SystemPackage
import Testing
import TraceModel

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct FindingsTests {
  @Test func theKernelAsItIsHasNone() async throws {
    let findings = try await findings("")
    #expect(findings.isEmpty, "\(findings.map(\.text))")
  }

  @Test(arguments: [
    ("legacy=wait4-clear", FindingKind.globalLock, ["wait4"]),
    ("legacy=write-log", .logging, ["write"]),
    ("legacy=yield-locks", .lockForNothing, ["sched_yield"]),
    ("legacy=sigaction-two-locks", .lockTwice, ["rt_sigaction"]),
    ("legacy=irq-locks", .needlessInterruptLock, ["exit_group", "poll", "readlink", "select"]),
    ("experiment=bss-prefault", .untouchedMemory, ["execve"]),
  ])
  func aSlowBehaviourIsFound(_ words: String, _ kind: FindingKind, _ places: [String]) async throws {
    let findings = try await findings(words)
    #expect(findings.allSatisfy { $0.kind == kind }, "\(findings.map(\.text))")
    #expect(findings.map(\.place).sorted() == places)
  }

  // Process 1, so that what it writes on its standard error is what legacy=write-log looks for.
  private func findings(_ words: String) async throws -> [Finding] {
    let program = try await CProgram(name: "findings").build()
    defer { unlink(program) }
    let file = FilePath(NSTemporaryDirectory()).appending("apus-trace-\(UUID().uuidString)")
    defer { unlink(file.string) }
    let result = try await Machine.run([]) {
      $0.traceLine = .file(file)
      $0.append = "init=/findings trace=all \(words)"
      $0.additions = [Initramfs.Addition(source: program, target: "/findings")]
    }
    var model = TraceModel()
    model.feed(try HostFile.read(file))
    model.finish()
    try model.add(NameTable(elf: try HostFile.read(try KernelImage.locate())))
    let session = try #require(model.session, "\(result.console)")
    #expect(session.systemCalls.count > 20)
    return model.findings(of: session)
  }
}
