import Testing
@testable import TraceTestSupport
import Tracer

@testable import TraceModel

@Suite struct StackTests {
  @Test func aStackArrivesWithItsProgramAndCount() throws {
    let machine = Machine(cpus: 2)
    let program = machine.program("sh", "/bin/sh", base: 0x1000)
    for _ in 0..<3 { machine.stack(.running, program: program, [3, 2, 1]) }
    machine.stack(.running, program: program, [2, 1], on: 1)
    machine.stack(.sleeping, program: 0, [9], amount: 70)
    machine.flush()
    let session = try #require(machine.model().session)
    #expect(
      session.stacks(.running) == [
        CountedStack(program: 1, frames: [1, 2, 3], count: 3, sum: 0),
        CountedStack(program: 1, frames: [1, 2], count: 1, sum: 0),
      ])
    #expect(session.stacks(.sleeping) == [CountedStack(program: 0, frames: [9], count: 1, sum: 70)])
    #expect(session.programs[1] == Program(name: "sh", path: "/bin/sh", base: 0x1000))
  }

  @Test func aStackSeenAgainCostsAFewBytes() {
    let machine = Machine()
    let frames = (0..<40).map { UInt64(0x7f80_0020_0000 + $0 * 64) }
    machine.stack(.running, program: 1, frames)
    machine.flush()
    _ = machine.takeBytes()
    machine.flush()
    let idle = machine.takeBytes().count
    machine.stack(.running, program: 1, frames)
    machine.flush()
    // A frame of its own has a head and a checksum; with 41 rows, one or two are repeated in each pass.
    #expect(machine.takeBytes().count - idle < 30)
  }

  /// Every stack is counted once, whatever the table can hold.
  @Test func aFullTableShortensStacksAndLosesNone() throws {
    let machine = Machine()
    for index in 0..<1000 { machine.stack(.running, program: 1, [UInt64(1_000_000 + index), 2, 1]) }
    machine.stack(.waking, program: 1, [5])
    machine.flush()
    let session = try #require(machine.model().session)
    let stacks = session.stacks(.running)
    #expect(stacks.reduce(0) { $0 + $1.count } == 1000)
    #expect(stacks.first { $0.frames == [1, 2] }?.count ?? 0 > 700)
    #expect(session.refusedStacks > 0)
  }

  @Test func aLostFrameIsMadeGoodByTheNextPasses() throws {
    let machine = Machine()
    for index in 0..<60 { machine.stack(.running, program: 1, [UInt64(0x7f80_0000_0000 + index * 999), 1]) }
    machine.flush()
    var model = TraceModel()
    _ = machine.takeBytes()
    for _ in 0..<40 {
      machine.advance(Machine.hertz)
      machine.flush()
      model.feed(machine.takeBytes())
    }
    #expect(model.session?.stacks(.running).reduce(0) { $0 + $1.count } == 60)
  }

  @Test func circlesOfALyingStreamEnd() {
    var nodes = StackNodes()
    nodes.define(0, parent: 2, address: 1)
    nodes.define(1, parent: 1, address: 1)
    nodes.count(0, 1, sum: 0)
    #expect(nodes.stacks(of: .running).isEmpty)
  }

  @Test func aResetForgetsStacks() throws {
    let machine = Machine()
    machine.stack(.running, program: 1, [1])
    machine.flush()
    machine.send(.reset)
    machine.traces[0].timerTick()
    machine.stack(.running, program: 1, [2])
    machine.flush()
    #expect(try #require(machine.model().session).stacks(.running).map(\.frames) == [[2]])
  }
}
