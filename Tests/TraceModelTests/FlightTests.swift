import Testing
import Tracer

@testable import TraceModel
@testable import TraceTestSupport

@Suite struct FlightTests {
  private static let second = Machine.hertz

  /// Makes calls of 100 ticks a millisecond apart, with a tick of the drain after each ten.
  private func work(_ machine: Machine, calls: Int, number: UInt64 = 1) {
    for index in 0..<calls {
      let start = machine.begin()
      machine.advance(1600)
      machine.systemCall(number, from: start)
      machine.advance(Self.second / 1000)
      if index % 10 == 9 { machine.tick() }
    }
  }

  @Test func eventsStayUntilSomethingHappens() throws {
    let machine = Machine()
    machine.send(.flight(FlightRules(seconds: 2)))
    work(machine, calls: 500)
    #expect(machine.model().session?.losses.received == 0)
    machine.send(.trigger)
    for _ in 0..<200 {
      machine.advance(Self.second / 250)
      machine.tick()
    }
    let session = try #require(machine.model().session)
    #expect(session.losses.received == 500)
    #expect(session.triggers.map(\.reason) == [.host])
    #expect(session.flight?.rules.seconds == 2)
  }

  @Test func whatIsOlderIsGivenUpAndCounted() throws {
    let machine = Machine()
    machine.send(.flight(FlightRules(seconds: 1)))
    work(machine, calls: 3000)
    machine.send(.trigger)
    machine.flush()
    let losses = try #require(machine.model().session).losses
    #expect(losses.emitted == 3000)
    #expect(losses.lostWire == 0)
    #expect((900...1100).contains(losses.received), "\(losses)")
    #expect(losses.received + losses.droppedSource == 3000)
  }

  /// New records find room though the ring is too small for the time that is asked for.
  @Test func theNewestAreKeptWhenTheRingIsSmall() throws {
    let machine = Machine(ringWords: 1024)
    machine.send(.flight(FlightRules(seconds: 3600)))
    work(machine, calls: 5000)
    work(machine, calls: 10, number: 77)
    machine.send(.trigger)
    machine.flush()
    let model = machine.model()
    let session = try #require(model.session)
    #expect(session.losses.emitted == 5010)
    #expect(session.losses.received > 600)
    #expect(session.tree.nodes.contains { $0.label == .systemCall(77) && $0.count == 10 })
  }

  @Test func aSlowCallSetsItOffAndIsTold() throws {
    let machine = Machine()
    machine.run(machine.thread(42, "sh"))
    machine.send(.flight(FlightRules(seconds: 5, row: 257, threshold: 1000)))
    work(machine, calls: 100, number: 257)
    let call = machine.begin()
    machine.advance(8000)
    let path = machine.begin()
    machine.advance(16000)
    machine.span(5, from: path)
    machine.systemCall(257, from: call)
    machine.tick()
    for _ in 0..<200 {
      machine.advance(Self.second / 250)
      machine.tick()
    }
    let model = machine.model()
    let session = try #require(model.session)
    let trigger = try #require(session.triggers.first)
    #expect(trigger.reason == .latency && trigger.row == 257 && trigger.thread == 42)
    #expect(trigger.events.map(\.symbol) == [.span(5), .systemCall(257)])
    #expect(model.text(of: trigger, in: session).split(separator: "\n").count == 3)
    #expect(session.losses.received >= 101)
  }
}
