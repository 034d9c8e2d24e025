// What the drain and the rings promise, seen from the other end of the line.
import Dispatch
import Testing
import TraceModel
import Tracer

@testable import TraceTestSupport

@Suite struct KernelSideTests {
  @Test func fullRingDropsTheNewestAndCountsThem() throws {
    let machine = Machine(cpus: 2, ringWords: 512)
    machine.line.ticksPerByte = 13_333  // 5 µs a byte
    var workload = Workload(seed: 5)
    workload.run(machine, calls: 60_000)
    machine.line.ticksPerByte = 0
    machine.flush()
    let session = try #require(decode(machine.takeBytes()).session)
    #expect(session.losses.droppedSource > 10_000)
    #expect(session.losses.lostWire == 0)
    for cpu in 0..<2 {
      let account = try #require(session.cpus[cpu])
      #expect(account.losses.emitted == machine.emitted[cpu])
      #expect(account.droppedByClass.reduce(0, +) == account.losses.droppedSource)
    }
    #expect(session.systemCalls.values.reduce(0) { $0 + $1.count } == 60_000)
  }

  @Test func aggregatesComeThroughASlowLine() throws {
    let machine = Machine(ringWords: 512)
    machine.line.ticksPerByte = 29_333  // 11 µs a byte: the slowest line measured
    var received = TraceModel()
    var countedBefore: [UInt64] = [0]
    // Five seconds of 25 kinds of calls; ten times a second the model is asked how much it knows.
    for round in 1...50 {
      for _ in 0..<25 {
        for call in 0..<100 as Range<UInt64> {
          let start = machine.begin()
          machine.advance(Machine.hertz / 25_000)
          machine.systemCall(call % 25, from: start)
        }
        machine.tick()
      }
      received.feed(machine.takeBytes())
      countedBefore.append(machine.emitted[0])
      let counted = received.session?.systemCalls.values.reduce(0) { $0 + $1.count } ?? 0
      #expect(counted >= countedBefore[max(0, round - 10)], "what the tools see is at most a second old")
    }
    let session = try #require(received.session)
    #expect(session.systemCalls.values.filter { !$0.buckets.isEmpty }.count == 25)
    #expect(session.losses.droppedSource > 0 && session.losses.received > 1000)
  }

  @Test func drainKeepsToItsShare() {
    let machine = Machine(ringWords: 1 << 14)
    machine.line.ticksPerByte = 13_333
    let frame = 127 * machine.line.ticksPerByte
    var spent: UInt64 = 0
    var elapsed: UInt64 = 0
    machine.tick()
    for _ in 0..<500 {
      for _ in 0..<200 {
        let start = machine.begin()
        machine.advance(20_000)
        machine.systemCall(1, from: start)
      }
      let before = machine.line.clock
      machine.tick()
      let used = machine.line.clock - before
      #expect(used <= (200 * 20_000 + frame) / 10 + frame)
      spent += used
      elapsed += 200 * 20_000 + used
    }
    #expect(Double(spent) / Double(elapsed) <= 0.101)
    #expect(Double(spent) / Double(elapsed) >= 0.08)
  }

  @Test func aLineThatIsFullIsNotWaitedFor() throws {
    let machine = Machine()
    machine.line.capacity = 10
    for _ in 0..<50 {
      let start = machine.begin()
      machine.advance(20_000)
      machine.systemCall(1, from: start)
    }
    machine.advance(Machine.hertz)
    machine.tick()
    machine.advance(Machine.hertz)
    machine.tick()
    #expect(machine.line.bytes.count == 10)
    machine.line.capacity = nil
    machine.flush()
    #expect(try #require(decode(machine.takeBytes()).session).losses.received == 50)
  }

  @Test func unusualRecordsSurvive() throws {
    let machine = Machine()
    var events: [TraceEvent] = []
    let second = Machine.hertz
    // A long sleep between records, a long call, a large number, an errno, a large argument.
    let start = machine.begin()
    machine.advance(30 * second)
    machine.systemCall(35, from: start)
    machine.advance(100 * second)
    let unknown = machine.begin()
    machine.advance(5_000)
    machine.systemCall(4_000_000, from: unknown, result: -38)
    let small = machine.begin()
    machine.advance(160)
    machine.span(2, from: small, argument: 200)
    machine.span(2, from: small, argument: 0x1234_5678_9abc)
    machine.systemCall(511, from: small, result: -133)
    machine.systemCall(511, from: small, result: -134)
    machine.flush()
    var model = TraceModel()
    model.feed(machine.takeBytes()) { events.append($0) }
    #expect(
      events.map(\.symbol) == [
        .systemCall(35), .otherSystemCall, .span(2), .span(2), .systemCall(511), .systemCall(511),
      ])
    #expect(events.map(\.argument) == [0, 4_000_000, 200, 0x1234_5678_9abc, 0, 0])
    #expect(events.map(\.errno) == [0, 38, 0, 0, 133, 0])
    #expect(events[0].duration == (30 * second) >> 4 || events[0].duration == (30 * second) >> 4 + 1)
    #expect((0...1).contains(events[1].start - events[0].end - (100 * second) >> 4))
    let session = try #require(model.session)
    #expect(session.systemCalls[512]?.unimplemented == 1)
    #expect(session.systemCalls[511]?.errnos == [133: 1])
  }

  @Test func interruptBetweenClockAndReservation() throws {
    let machine = Machine()
    let outer = machine.begin()
    machine.advance(1000)
    let end = machine.line.clock
    let inner = machine.begin()
    machine.advance(5000)
    machine.span(6, from: inner)
    machine.traces[0].recordSystemCall(number: 1, start: outer, end: end, result: 0, thread: machine.running[0])
    machine.advance(1000)
    machine.span(7, from: inner)
    machine.flush()
    var events: [TraceEvent] = []
    var model = TraceModel()
    model.feed(machine.takeBytes()) { events.append($0) }
    #expect(events.map(\.end) == [(end + 5000) >> 4, end >> 4, (end + 6000) >> 4])
  }

  @Test func commandsAreObeyed() throws {
    let machine = Machine()
    let start = machine.begin()
    machine.advance(500)
    machine.systemCall(3, from: start)
    machine.flush()
    for byte in [9, 9, 9, 0] as [UInt8] { machine.drain.receive(byte, control: &machine.keys) }
    machine.send(.disable(0b10))
    machine.send(.ping(77))
    machine.send(.reset)
    machine.advance(Machine.hertz)
    machine.tick()
    machine.systemCall(3, from: start)
    machine.flush()
    let session = try #require(decode(machine.takeBytes()).session)
    #expect(machine.keys.enabledKeys == KeyMask.all & ~0b10)
    #expect(session.hello?.enabledKeys == KeyMask.all & ~0b10)
    #expect(session.hello?.badCommandBytes == 3)
    #expect(session.hello?.generation == 1)
    #expect(session.systemCalls[3]?.count == 1)
    #expect(session.pong?.token == 77)
  }

  @Test func lockCountersAndThreadNames() throws {
    let machine = Machine(cpus: 2)
    machine.percpu[0].pointee.lock_acquired.3 = 10
    machine.percpu[1].pointee.lock_acquired.3 = 5
    machine.percpu[1].pointee.lock_contended.3 = 2
    machine.percpu[0].pointee.lock_wait_max.3 = 900
    machine.percpu[1].pointee.lock_wait_max.3 = 400
    let thread = machine.thread(7, "a-name-longer-than-fifteen")
    Array("renamed".utf8).withUnsafeBytes { machine.threads.rename(machine.thread(8, "x").pointee.slot, to: $0) }
    machine.threads.remove(thread.pointee.slot)
    machine.flush()
    let session = try #require(decode(machine.takeBytes()).session)
    let lock = try #require(session.locks[3])
    #expect(lock.acquired == 15 && lock.contended == 2 && lock.waitMax == 900)
    #expect(session.threads.threads[7] == ThreadInfo(tid: 7, pid: 7, name: "a-name-longer-t", isAlive: false))
    #expect(session.threads.name(8) == "renamed")
  }

  @Test func producerAndDrainOnDifferentCPUs() throws {
    let machine = Machine(ringWords: 1024)
    nonisolated(unsafe) let producer = machine.traces[0]
    nonisolated(unsafe) let thread = machine.running[0]
    let calls = 300_000
    let done = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      for index in 0..<UInt64(calls) {
        let start = SpanStart(tsc: 1_000_000 + index * 4000, thread: thread)
        producer.recordSystemCall(
          number: index % 300, start: start, end: start.tsc + index % 3000, result: 0, thread: thread)
      }
      done.signal()
    }
    while done.wait(timeout: .now()) != .success { machine.flush() }
    machine.flush()
    let model = decode(machine.takeBytes())
    let session = try #require(model.session)
    #expect(model.malformedFrames == 0 && session.losses.lostWire == 0)
    #expect(session.losses.emitted == UInt64(calls))
    #expect(session.systemCalls.values.reduce(0) { $0 + $1.count } == UInt64(calls))
  }

  @Test func histogramsBeyondTheBlocksAreShared() throws {
    let machine = Machine()
    for number in 0..<200 as Range<UInt64> {
      let start = machine.begin()
      machine.advance(1000)
      machine.systemCall(number, from: start, result: number % 2 == 0 ? -38 : 0)
    }
    machine.flush()
    let session = try #require(decode(machine.takeBytes()).session)
    #expect(session.systemCalls.values.filter { $0.count == 1 }.count == 200)
    #expect(session.systemCalls.values.reduce(0) { $0 + $1.unimplemented } == 100)
    #expect(session.systemCalls.values.reduce(0) { $0 + $1.buckets.reduce(0, +) } == 200)
  }
}
