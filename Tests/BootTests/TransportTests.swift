// The trace through shared memory and other lines: whole, whatever the reader does, and without an instruction more in the guest.

import Foundation
import Guest
import SystemPackage
import Testing
import TraceModel

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct TransportTests {
  /// With the guest's clock counting instructions, two runs are the same stream to the byte, though one reader is slow
  /// enough to make the machine wait.
  @Test func theRingLosesNothingAndCostsNoInstruction() async throws {
    let program = try await CProgram(name: "calls").build()
    defer { unlink(program) }
    let fast = try await run(program, pause: 0)
    let slow = try await run(program, pause: 15_000)
    var model = TraceModel()
    model.feed(fast)
    model.finish()
    let session = try #require(model.session)
    #expect(session.systemCalls[3]?.errors ?? 0 > 1_200_000)
    #expect(session.losses.lostWire == 0 && model.badFrames == 0)
    #expect(fast.count > 9 << 19, "\(fast.count) bytes never stop the machine")
    let isSame = fast == slow
    #expect(isSame, "\(fast.count) and \(slow.count) bytes")
  }

  @Test(arguments: [TraceTransport.ring, .virtio, .uart])
  func commandsReachTheKernel(through transport: TraceTransport) async throws {
    let path = Self.path()
    let reader = FIFOReader(path.string, pause: 0)
    reader.start()
    let hasObeyed: @Sendable () -> Bool = {
      var model = TraceModel()
      model.feed(reader.bytes)
      return model.session?.hello?.enabledKeys ?? 0 & 1 != 0 && !(model.session?.systemCalls.isEmpty ?? true)
    }
    let result = try await Machine.shell("while :; do ls / > /dev/null; sleep 0.1; done", timeout: 60) {
      $0.traceLine = transport.line(path)
    } body: { guest in
      // What comes before the kernel listens is lost.
      while !hasObeyed() {
        reader.send(.enable(1))
        try await Task.sleep(for: .milliseconds(200))
      }
      guest.powerOff()
    }
    try await reader.finish()
    #expect(hasObeyed(), "\(result.console)")
  }

  /// Nobody reads: the kernel goes on, and drops. Only the ring would stop it, by design.
  @Test func aPortWithoutAReaderDoesNotHoldTheKernelUp() async throws {
    let path = Self.path()
    let script = "i=0; while [ $i -lt 200 ]; do ls / | cat > /dev/null; i=$((i+1)); done; echo finished"
    let result = try await Machine.shell(script, timeout: 60) {
      $0.traceLine = .port(path)
      $0.append = "trace=all"
    }
    #expect(result.console == "finished\n")
  }

  private func run(_ program: String, pause: UInt32) async throws -> [UInt8] {
    let path = Self.path()
    let reader = FIFOReader(path.string, pause: pause)
    reader.start()
    let result = try await Machine.run(["/calls", "1", "1300000"], timeout: 120) {
      $0.traceLine = .ring(path)
      $0.countsInstructions = true
      $0.append = "trace=syscalls trace_share=100"
      $0.additions = [Initramfs.Addition(source: program, target: "/calls")]
    }
    #expect(result.report.end == .exited(0), "\(result.console)")
    try await reader.finish()
    return reader.bytes
  }

  private static func path() -> FilePath {
    FilePath(NSTemporaryDirectory()).appending("apus-ring-\(UUID().uuidString.prefix(8))")
  }
}
