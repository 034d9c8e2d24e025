// The flight recorder on a real kernel: quiet until a call takes too long, and then it tells what that call was.

import Foundation
import Guest
import SystemPackage
import Testing
import TraceModel

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct FlightTests {
  @Test func aSlowCallIsToldWithWhatLedToIt() async throws {
    let model = try await record("ls / > /dev/null; sleep 2; ls / > /dev/null; sleep 0.05", "trace_trigger=1500000")
    let session = try #require(model.session)
    let trigger = try #require(session.triggers.first)
    #expect(trigger.reason == .latency)
    #expect(model.text(of: trigger, in: session).contains("sleep"), "\(model.text(of: trigger, in: session))")
    #expect(!trigger.events.isEmpty)
    #expect(session.losses.lostWire == 0)
  }

  /// Without a trigger nothing comes before the end, and then what was kept.
  @Test func theLastSecondsComeAtTheEnd() async throws {
    let model = try await record("for i in 1 2 3 4 5 6; do ls / > /dev/null; sleep 0.5; done", "")
    let session = try #require(model.session)
    #expect(session.triggers.isEmpty)
    #expect(session.losses.received > 50)
    #expect(session.losses.droppedSource > session.losses.received)
    #expect(session.losses.emitted == session.losses.received + session.losses.droppedSource)
  }

  private func record(_ script: String, _ words: String) async throws -> TraceModel {
    let file = FilePath(NSTemporaryDirectory()).appending("apus-trace-\(UUID().uuidString)")
    defer { unlink(file.string) }
    let result = try await Machine.shell(script) {
      $0.traceLine = .file(file)
      $0.append = "trace=syscalls,process trace_flight=1 \(words)"
    }
    #expect(result.report.end == .exited(0), "\(result.console)")
    var model = TraceModel()
    model.feed(try HostFile.read(file))
    model.finish()
    return model
  }
}
