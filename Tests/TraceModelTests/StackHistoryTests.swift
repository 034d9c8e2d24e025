// Which stacks were counted lately.
import Testing
@testable import TraceTestSupport
import Tracer

@testable import TraceModel

@Suite struct StackHistoryTests {
  /// A machine that has run for a while, so that times are no small numbers.
  private func machine() -> Machine {
    let machine = Machine(cpus: 2)
    machine.advance(Machine.hertz * 5)
    machine.flush()
    return machine
  }

  private func pass(_ seconds: UInt64, on machine: Machine) {
    for _ in 0..<seconds {
      machine.flush()
      machine.advance(Machine.hertz)
      machine.tick()
    }
    machine.flush()
  }

  private func counts(_ stacks: [CountedStack]) -> [UInt64: UInt64] {
    Dictionary(stacks.map { ($0.frames[0], $0.count) }, uniquingKeysWith: +)
  }

  @Test func aWindowHoldsWhatItsSecondsBrought() throws {
    let machine = machine()
    for _ in 0..<40 { machine.stack(.running, program: 0, [1]) }
    machine.stack(.sleeping, program: 0, [9], amount: 700)
    pass(20, on: machine)
    for _ in 0..<7 { machine.stack(.running, program: 0, [1]) }
    machine.stack(.running, program: 0, [2], on: 1)
    pass(2, on: machine)
    let session = try #require(machine.model().session)
    #expect(counts(session.stacks(.running)) == [1: 47, 2: 1])
    #expect(counts(session.stacks(.running, in: .last(10))) == [1: 7, 2: 1])
    #expect(counts(session.stacks(.running, in: .last(60))) == [1: 47, 2: 1])
    #expect(session.stacks(.running, in: .last(0.5)).isEmpty)
    #expect(session.stacks(.sleeping, in: .last(60)).map(\.sum) == [700])
    #expect(session.stacks(.sleeping, in: .last(10)).isEmpty)
    #expect(
      counts(session.stacks(.running, in: .last(60), since: session.time - Machine.hertz / 16 * 10)) == [1: 7, 2: 1])
  }

  @Test func whatIsOldFades() throws {
    let machine = machine()
    for _ in 0..<1000 { machine.stack(.running, program: 0, [1]) }
    pass(10, on: machine)
    for _ in 0..<100 { machine.stack(.running, program: 0, [2]) }
    machine.flush()
    let session = try #require(machine.model().session)
    let faded = counts(session.stacks(.running, in: .fading(halfLife: 5)))
    #expect(try #require(faded[2]) == 100)
    #expect((230...290).contains(try #require(faded[1])))
  }

  /// Who comes late is told totals: they were not counted in the last seconds.
  @Test func aLateReadersTotalsAreNoNews() throws {
    let machine = machine()
    for _ in 0..<40 { machine.stack(.running, program: 0, [1]) }
    pass(20, on: machine)
    _ = machine.takeBytes()
    machine.send(.hello)
    for _ in 0..<100 {
      machine.advance(Machine.hertz / 250)
      machine.tick()
    }
    machine.stack(.running, program: 0, [1])
    pass(8, on: machine)
    machine.stack(.running, program: 0, [3])
    machine.flush()
    let session = try #require(machine.model().session)
    #expect(counts(session.stacks(.running)) == [1: 41, 3: 1])
    #expect(counts(session.stacks(.running, in: .last(60))) == [1: 1, 3: 1])
    #expect(try #require(session.stackHistoryReach) > 4)
  }

  @Test func aResetForgetsTheHistory() throws {
    let machine = machine()
    machine.stack(.running, program: 0, [1])
    machine.flush()
    machine.send(.reset)
    machine.traces[0].timerTick()
    machine.stack(.running, program: 0, [2])
    machine.flush()
    #expect(counts(try #require(machine.model().session).stacks(.running, in: .last(60))) == [2: 1])
  }

  /// A day of a machine on which everything changes all the time costs no more than a minute of it.
  @Test func memoryDoesNotGrow() {
    var history = StackHistory()
    for step in 0..<400_000 as Range<UInt64> {
      history.add(.init(place: UInt32(step % 1000) << 8, count: 1, sum: 1), at: step << 17)
    }
    #expect(history.count <= StackHistory.deltaLimit && history.start > 0)
    for step in 400_000..<800_000 as Range<UInt64> {
      history.add(.init(place: 0, count: 1, sum: 1), at: step << 25)
    }
    #expect(history.count <= StackHistory.sliceLimit * 2 + 2)
    let end = UInt64(800_000) << 25
    let sums = history.sums(since: 0) { $0 + 1 << 32 > end ? 1 : 0 }
    #expect(sums[0]?.count == 127 || sums[0]?.count == 128)
  }
}
