// From probe to model and back: what the kernel recorded is what the tools see.
import Testing
import TraceModel
import Tracer

@testable import TraceTestSupport

@Suite struct StreamTests {
  @Test func everyRecordArrives() throws {
    let machine = Machine(cpus: 3, ringWords: 1 << 15)
    var workload = Workload(seed: 1)
    workload.run(machine, calls: 20_000)
    machine.flush()
    let session = try #require(decode(machine.takeBytes()).session)
    for cpu in 0..<3 {
      let losses = try #require(session.cpus[cpu]?.losses)
      #expect(losses == Losses(received: machine.emitted[cpu], droppedSource: 0, lostWire: 0))
    }
    #expect(session.systemCalls.values.reduce(0) { $0 + $1.count } == 20_000)
    #expect(session.systemCalls.values.reduce(0) { $0 + $1.buckets.reduce(0, +) } == 20_000)
  }

  @Test func spanBytesOnTheWire() throws {
    let machine = Machine(ringWords: 1 << 15)
    var workload = Workload(seed: 2)
    workload.run(machine, calls: 50_000)
    machine.flush()
    let bytes = machine.takeBytes()
    let frames = bytes.split(separator: 0)
    let eventBytes = frames.filter { isEvents(Array($0)) }.reduce(0) { $0 + $1.count + 1 }
    let perSpan = Double(eventBytes) / Double(machine.emitted[0])
    print("wire bytes a span at 6 ns ticks:", perSpan, "largest frame:", frames.map(\.count).max()! + 1)
    #expect(perSpan <= 5.2)
    #expect(frames.allSatisfy { $0.count < Frame.wireLimit })
  }
}

func decode(_ bytes: [UInt8]) -> TraceModel {
  var model = TraceModel()
  model.feed(bytes)
  model.finish()
  return model
}

func isEvents(_ encoded: [UInt8]) -> Bool {
  var decoded = encoded
  guard let size = COBS.decode(encoded, count: encoded.count, into: &decoded), size > 0 else { return false }
  return decoded[0] >> 4 == FrameType.events.rawValue
}
