// Recording one call only, on a real kernel.

import Foundation
import Guest
import SystemPackage
import Testing
import TraceModel

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct FilterTests {
  /// `read` is 0, `write` 1. Losses stay exact, and what is off has not even a count.
  @Test func onlyWhatWasAskedFor() async throws {
    let file = FilePath(NSTemporaryDirectory()).appending("apus-trace-\(UUID().uuidString)")
    defer { unlink(file.string) }
    let result = try await Machine.shell("ls / > /dev/null; echo a | cat; cat /missing; true") {
      $0.traceLine = .file(file)
      $0.append = "trace=all trace_only=0-1"
    }
    #expect(result.report.end == .exited(0), "\(result.console)")
    var model = TraceModel()
    model.feed(try HostFile.read(file))
    model.finish()
    let session = try #require(model.session)
    #expect(session.systemCalls.filter { $0.value.count > 0 }.keys.sorted() == [0, 1])
    #expect(session.spans.values.allSatisfy { $0.count == 0 })
    #expect(session.filter?.rowsOn == [0, 1])
    #expect(session.losses.received > 5)
    #expect(session.losses.droppedSource == 0 && session.losses.lostWire == 0)
    // Which threads ran is told all the same.
    #expect(session.contextSwitches > 0)
  }
}
