// Allocations that fail on purpose (`fail=N,SEED`): every path that can be told ENOMEM is walked, and does no harm.

import Guest
import Testing

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct MemoryFailureTests {
  @Test(arguments: [(50, 1), (7, 2), (3, 3)])
  func everyAllocationMayFail(interval: Int, seed: Int) async throws {
    let result = try await CProgram(name: "faults").run(arguments: ["150"], timeout: 120) {
      $0.cpus = 2
      $0.append = "fail=\(interval),\(seed)"
    }
    #expect(result.console.contains("rounds done, some refused\n"), "\(result.console)")
    #expect(result.report.end == .exited(0))
  }

  /// A shell and its pipelines may fail, but the machine goes on to their end.
  @Test func aShellMeetsFailures() async throws {
    let result = try await Machine.shell(
      "for i in 1 2 3 4 5 6 7 8 9; do (seq 1 200 | sort | tail -n 1; ls / | wc -l) 2>/dev/null; done; exit 7",
      timeout: 60
    ) { $0.append = "fail=400,4" }
    #expect(!result.timedOut)
    if case .panicked(let why) = result.report.end { Issue.record("panic: \(why)") }
  }
}
