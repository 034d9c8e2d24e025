// The machine as `apus run` uses it: statuses, memory sizes, counting, panic and time-out.

import Foundation
import Guest
import Testing

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct RunTests {
  @Test func passesTheConsoleAndTheStatusThrough() async throws {
    let result = try await Machine.shell("echo out; echo err >&2; exit 7")
    #expect(result.console == "out\nerr\n")
    #expect(result.report.end == .exited(7))
  }

  @Test func reportsASignal() async throws {
    #expect(try await Machine.shell("kill -TERM $$").report.end == .signaled(15))
  }

  @Test func reportsAMissingCommand() async throws {
    let result = try await Machine.run(["no-such-program"])
    #expect(result.report.end == .exited(127))
    #expect(result.console.contains("cannot execute no-such-program"))
  }

  @Test func killsAMachineThatTakesTooLong() async throws {
    let result = try await Machine.shell("while :; do :; done", timeout: 3)
    #expect(result.timedOut)
  }

  @Test func reportsAPanicWithItsStack() async throws {
    let result = try await Machine.shell("echo c > /proc/sysrq-trigger")
    #expect(result.report.end == .panicked("sysrq"))
    #expect(result.report.stack.count > 2)
    #expect(result.console.contains("kernel panic: sysrq"))
  }

  @Test(arguments: [64, 512, 8192])
  func bootsWithMemory(_ megabytes: Int) async throws {
    let result = try await Machine.shell("awk '/MemTotal/ {print $2}' /proc/meminfo") { $0.memory = megabytes }
    let kilobytes = Int(result.console.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    #expect(kilobytes > megabytes * 1024 * 85 / 100 && kilobytes <= megabytes * 1024, "\(result.console)")
  }

  /// The number is exact: the same command costs the same, twice.
  @Test func countsInstructionsExactly() async throws {
    func cost() async throws -> UInt64? {
      try await Machine.shell("ls / | sort | wc -l; sleep 0.05 & wait") { $0.countsInstructions = true }.report.ticks
    }
    let first = try await cost()
    #expect(first != nil)
    #expect(try await cost() == first)
  }

  @Test func bootsToAPromptInLessThanASecond() async throws {
    var best = Duration.seconds(100)
    // On a busy host one run says little.
    for _ in 0..<20 where best >= .seconds(1) {
      let start = ContinuousClock.now
      _ = try await Machine.shell("exit 0")
      best = min(best, ContinuousClock.now - start)
    }
    #expect(best < .seconds(1), "\(best)")
  }

  /// Processes, pipes, memory and files come and go; the free frames come back to where they were.
  @Test func leaksNothing() async throws {
    let script = """
      free_now() { awk '/MemFree/ {print $2}' /proc/meminfo; }
      work() { i=0; while [ $i -lt $1 ]; do echo $i | cat | sort > /tmp/x; (exit 3); rm /tmp/x; i=$((i+1)); done; }
      work 20; sleep 0.3; before=$(free_now); work 200; sleep 0.3; after=$(free_now)
      echo $((before - after))
      """
    let result = try await Machine.shell(script)
    let lost = Int(result.console.trimmingCharacters(in: .whitespacesAndNewlines)) ?? .max
    #expect(lost < 200, "\(result.console) kB lost over 200 rounds")
  }
}
