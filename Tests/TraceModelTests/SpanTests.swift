// Nesting and time of spans, on one CPU and across several.
import Testing
import TraceModel
import Tracer

@testable import TraceTestSupport

@Suite struct SpanTests {
  @Test func nestingAndSelfTime() throws {
    let machine = Machine()
    machine.run(machine.thread(10, "sh"))
    let call = machine.begin()
    machine.advance(1600)
    let path = machine.begin()
    machine.advance(3200)
    let fault = machine.begin()
    machine.advance(800)
    machine.span(6, from: fault)
    machine.advance(160)
    machine.span(5, from: path)
    machine.advance(320)
    machine.systemCall(257, from: call)
    machine.advance(4000)
    let userFault = machine.begin()
    machine.advance(480)
    machine.span(6, from: userFault)
    #expect(
      try tree(machine) == [
        "sh;openat": 120, "sh;openat;span_5": 210, "sh;openat;span_5;span_6": 50, "sh;span_6": 30,
      ])
  }

  @Test func aSwitchSuspendsASpan() throws {
    let machine = Machine(cpus: 2)
    let one = machine.thread(1, "one")
    let two = machine.thread(2, "two")
    machine.run(one)
    let wait = machine.begin()
    machine.advance(1600)
    machine.run(two)
    let other = machine.begin()
    machine.advance(3200)
    machine.systemCall(39, from: other)
    // The first thread goes on, and ends its call, on the other CPU.
    machine.run(one, on: 1)
    machine.advance(160)
    let nested = machine.begin(on: 1)
    machine.advance(160)
    machine.span(4, from: nested, on: 1)
    machine.advance(160)
    machine.systemCall(61, from: wait, on: 1)
    machine.flush()
    let model = decode(machine.takeBytes())
    let nodes = named(model)
    #expect(nodes.mapValues(\.selfOnCPU) == ["one;wait4": 120, "one;wait4;span_4": 10, "two;getpid": 200])
    #expect(nodes["one;wait4"]?.offCPU == 200)
    #expect(model.session?.contextSwitches == 3)
  }

  @Test func threadsOfOneNameAreMerged() throws {
    let machine = Machine()
    for tid in 1...5 as ClosedRange<UInt32> {
      machine.run(machine.thread(tid, "worker"))
      let call = machine.begin()
      machine.advance(1600)
      machine.systemCall(1, from: call)
    }
    #expect(try tree(machine) == ["worker;write": 500])
  }

  @Test func memoryStaysFlat() throws {
    let machine = Machine()
    var workload = Workload(seed: 4)
    var model = TraceModel()
    for _ in 0..<20 {
      workload.run(machine, calls: 5_000)
      machine.advance(Machine.hertz)
      machine.tick()
      machine.flush()
      model.feed(machine.takeBytes())
    }
    #expect(model.session!.tree.nodes.count < 400)
    #expect(model.session!.pendingSpans < 15_000)
  }

  /// exit does not return: the spans in it are enclosed by nothing that comes, and threads come without end.
  @Test(arguments: [true, false]) func theLastSpansOfThreadsThatEndAreNotKept(isTold: Bool) throws {
    let machine = Machine()
    var model = TraceModel()
    for tid in UInt32(1)...300 {
      let thread = machine.thread(tid, "sh")
      machine.run(thread)
      let call = machine.begin()
      machine.advance(1600)
      machine.systemCall(0, from: call)
      let exit = machine.begin()
      machine.advance(1600)
      machine.span(5, from: exit)
      if isTold { machine.threads.remove(thread.pointee.slot) }
      machine.advance(Machine.hertz)
      machine.tick()
      model.feed(machine.takeBytes())
    }
    let session = try #require(model.session)
    #expect(session.pendingSpans < (isTold ? 8 : 80), "\(session.pendingSpans)")
    machine.flush()
    model.feed(machine.takeBytes())
    model.finish()
    for label in [SpanTree.Label.span(5), .systemCall(0)] {
      let nodes = model.session?.tree.nodes.filter { $0.label == label } ?? []
      #expect(nodes.reduce(0) { $0 + $1.count } == 300)
    }
  }

  private func tree(_ machine: Machine) throws -> [String: UInt64] {
    machine.flush()
    return named(decode(machine.takeBytes())).mapValues(\.selfOnCPU)
  }

  private func named(_ model: TraceModel) -> [String: SpanTree.Node] {
    var nodes: [String: SpanTree.Node] = [:]
    guard let session = model.session else { return nodes }
    for (index, node) in session.tree.nodes.enumerated() where node.count > 0 {
      nodes[session.tree.path(to: index).map { model.name(of: $0, in: session) }.joined(separator: ";")] = node
    }
    return nodes
  }
}
