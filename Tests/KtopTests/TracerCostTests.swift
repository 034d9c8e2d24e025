// What the tracer itself takes is said wherever its figures are.
import Foundation
import Testing
@testable import TraceTestSupport
import Tracer

@testable import ktop

@Suite struct TracerCostTests {
  /// A slow line: each byte takes the machine's time.
  private let recording: [UInt8] = {
    let machine = Machine()
    machine.line.ticksPerByte = Machine.hertz / 100_000
    for _ in 0..<500 {
      let start = machine.begin()
      machine.advance(Machine.hertz / 250)
      machine.systemCall(0, from: start)
      machine.tick()
    }
    // The account of what was sent last has to be sent too.
    machine.tick()
    machine.advance(Machine.hertz)
    machine.tick()
    return Sample.names.frames() + machine.takeBytes()
  }()

  @Test func theHeaderSaysItsShare() throws {
    let person = try Person(looksAt: recording)
    let session = try #require(person.app.snapshot.session)
    let text = try #require(person.screen.lines[1].split(separator: " ").last)
    #expect(person.screen.lines[1].contains("tracer ") && text.hasSuffix("%"))
    let lately = try #require(Double(text.dropLast()))
    let since = try #require(session.drainShare) * 100
    #expect(since > 1 && abs(lately - since) < since, "\(lately) lately, \(since) since boot")
    #expect(try #require(session.drainNanoseconds) > 0 && session.cost.bytesSent > 1000)
  }

  @Test func reportsSayIt() throws {
    let scratch = Scratch()
    let file = scratch.file("slow", recording)
    #expect(try Tool.ktop("dump", file).output.contains("tracer: "))
    let findings = try Tool.ktop("findings", file).output.split(separator: "\n")
    #expect(findings.first?.hasPrefix("No findings") == true && findings.last?.hasPrefix("tracer: ") == true)
    #expect(try Tool.ktop("dump", file, "--openmetrics").output.contains("apus_tracer_drain_seconds_total 0."))
    for command in ["dump", "findings"] {
      let json = try JSONSerialization.jsonObject(with: Data(Tool.ktop(command, file, "--json").output.utf8))
      let tracer = (json as? [String: Any])?["tracer"] as? [String: Any]
      #expect(tracer?["bytes_sent"] as? Int ?? 0 > 1000 && tracer?["drain_share"] as? Double ?? 0 > 0.01)
    }
  }
}
