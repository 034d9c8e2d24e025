// From the spans of a recording to stacks and a picture of them.
import FlameGraph
import Recordings
import Testing
import TraceModel
@testable import TraceTestSupport
import Tracer

@Suite struct SpanStacksTests {
  @Test func stacksAreSelfTimeInNanoseconds() throws {
    let machine = Machine()
    machine.run(machine.thread(10, "sh"))
    let call = machine.begin()
    machine.advance(1600)
    let path = machine.begin()
    machine.advance(3200)
    machine.span(5, from: path)
    machine.advance(320)
    machine.systemCall(257, from: call)
    let model = decode(machine, names: true)
    let session = try #require(model.session)
    // 120 and 200 ticks of 16 TSC ticks each, at 2,666,666,667 a second.
    #expect(model.stacks(of: session).text == "sh;openat 719\nsh;openat;path_lookup 1199\n")
  }

  @Test func timeSwitchedOutBelongsToTheInnermostSpan() throws {
    let machine = Machine()
    let one = machine.thread(1, "one")
    machine.run(one)
    let call = machine.begin()
    machine.advance(160)
    let wait = machine.begin()
    machine.run(machine.thread(2, "two"))
    machine.advance(16_000)
    machine.run(one)
    machine.span(4, from: wait)
    machine.advance(160)
    machine.systemCall(61, from: call)
    let model = decode(machine, names: true)
    let session = try #require(model.session)
    #expect(model.stacks(of: session, .offCPU).text == "one;wait4;wait 5999\n")
    #expect(model.stacks(of: session, .onCPU).text == "one;wait4 119\n")
  }

  @Test func theSumIsThatOfTheTree() throws {
    let machine = Machine(cpus: 3, ringWords: 1 << 15)
    var workload = Workload(seed: 1)
    workload.run(machine, calls: 20_000)
    let model = decode(machine, names: true)
    let session = try #require(model.session)
    let ticks = session.tree.nodes.reduce(0) { $0 + $1.selfOnCPU }
    let exact = try #require(session.nanoseconds(ticks: ticks))
    // Each node loses less than a nanosecond.
    let total = Double(model.stacks(of: session).total)
    #expect(total <= exact && total > exact - Double(session.tree.nodes.count))
  }

  @Test func thePictureTellsLengthAndLosses() throws {
    let machine = Machine(ringWords: 1 << 15)
    var workload = Workload(seed: 1)
    workload.run(machine, calls: 5_000)
    machine.flush()
    let bytes = machine.takeBytes()
    let middle = bytes.count / 2
    var model = TraceModel()
    model.feed(Array(bytes[..<middle] + bytes[(middle + 500)...]))
    model.finish()
    let session = try #require(model.session)
    let svg = model.flameGraph()
    #expect(session.losses.lostWire > 0)
    let (received, lost) = (session.losses.received, session.losses.lostWire)
    #expect(svg.contains("\(received) events · 0 dropped at source · \(lost) lost on the wire"))
    #expect(svg.contains("names unknown") && svg.contains("data-unit=\"on-CPU ns\"") && svg.contains(" s · "))
  }

  @Test func withoutHelloTheUnitIsTicks() throws {
    let machine = Machine()
    machine.run(machine.thread(1, "sh"))
    let call = machine.begin()
    machine.advance(1600)
    machine.systemCall(1, from: call)
    machine.flush()
    let frames = machine.takeBytes().split(separator: 0).filter { !isHello(Array($0)) }
    var model = TraceModel()
    model.feed(frames.flatMap { $0 + [0] })
    model.finish()
    let session = try #require(model.session)
    #expect(model.stacks(of: session).text == "sh;write 100\n")
    #expect(model.flameGraph().contains("data-unit=\"on-CPU ticks\""))
  }

  @Test func nothingGivesAPictureThatSaysSo() {
    #expect(TraceModel().flameGraph().contains("No on-CPU time in any span of this recording."))
  }
}

/// Names as a kernel would have them.
func sampleNames() -> NameTable {
  var names = NameTable(buildID: Machine.buildID)
  for (id, name) in [(1, "exec"), (2, "fork"), (3, "exit"), (4, "wait"), (5, "path_lookup"), (6, "page_fault")] {
    names.add(kind: .span, id: id, rank: 0, name: name)
  }
  return names
}

func decode(_ machine: Machine, names: Bool) -> TraceModel {
  machine.flush()
  var model = TraceModel()
  if names { model.feed(sampleNames().frames()) }
  model.feed(machine.takeBytes())
  model.finish()
  return model
}

private func isHello(_ encoded: [UInt8]) -> Bool {
  var decoded = encoded
  guard let size = COBS.decode(encoded, count: encoded.count, into: &decoded), size > 0 else { return false }
  return decoded[0] >> 4 == FrameType.hello.rawValue
}
