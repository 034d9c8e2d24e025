import Testing
@testable import TraceModel
@testable import TraceTestSupport
import Tracer

@Suite struct LockFactTests {
  private let read = LockTaker(row: 0, serial: 1, context: 0)

  @Test func whoMadeWhomWait() throws {
    let machine = Machine(cpus: 2)
    machine.traces[0].waited(3, ticks: 100, site: 17, waiter: 0x1000)
    machine.traces[1].waited(3, ticks: 300, site: 17, waiter: 0x1000)
    machine.flush()
    let session = try #require(machine.model().session)
    #expect(
      session.lockFacts(.wait) == [
        LockFact(kind: .wait, lockClass: 3, first: 17, second: 0x1000, count: 2, sum: 400, max: 300)
      ])
    #expect(session.lockWaits[3]?.count == 2)
    #expect(session.lockWaits[3]?.max == 300)
  }

  @Test func whoDidNotWait() throws {
    let machine = Machine(cpus: 2)
    machine.traces[0].failedTry(3, at: 0x1000)
    machine.traces[1].failedTry(3, at: 0x1000)
    machine.traces[1].failedTry(3, at: 0x2000)
    machine.flush()
    let model = machine.model()
    let session = try #require(model.session)
    let tries = model.lockDetail(3, of: session).failedTries
    #expect(tries.map(\.place) == ["0x1000", "0x2000"])
    #expect(tries.map(\.count) == [2, 1])
    #expect(model.lockDetail(4, of: session).failedTries.isEmpty)
  }

  @Test func howLongItWasHeldAndWhichOne() throws {
    let machine = Machine()
    machine.traces[0].taken(0xa0, 3, site: 1, by: read, now: 1000)
    machine.traces[0].taken(0xb0, 4, site: 17, by: read, now: 1100)
    machine.traces[0].released(0xa0, now: 1500)
    machine.traces[0].released(0xb0, now: 1600)
    machine.traces[0].released(0xc0, now: 1700)  // taken before the key was on
    machine.flush()
    let session = try #require(machine.model().session)
    #expect(session.lockHolds[3]?.sum == 500)
    #expect(session.lockHolds[4]?.sum == 500)
    #expect(session.lockFacts(.instance).map(\.second) == [0xa0, 0xb0])
    #expect(session.lockFacts(.order).map { [$0.first, UInt64($0.lockClass)] } == [[3, 4]])
    #expect(session.lockFacts(.call).map { [UInt64($0.lockClass), $0.first, $0.count] } == [[3, 0, 1], [4, 0, 1]])
  }

  @Test func theSameLockTwiceInOneCall() throws {
    let machine = Machine()
    for serial in [1, 1, 2] as [UInt64] {
      machine.traces[0].taken(0xa0, 3, site: 33, by: LockTaker(row: 13, serial: serial, context: 0), now: 1)
      machine.traces[0].released(0xa0, now: 2)
    }
    machine.flush()
    let again = try #require(machine.model().session).lockFacts(.again)
    #expect(again.map { [$0.first, $0.second, $0.count] } == [[13, 33, 1]])
  }

  /// An interrupt's locks come after no lock of what it interrupted.
  @Test func orderIsOfOneContext() throws {
    let machine = Machine()
    machine.traces[0].taken(0xa0, 3, site: 1, by: read, now: 1)
    let interrupt = LockTaker(row: LockTaker.interrupt, serial: 0, context: LockContext.interrupt)
    machine.traces[0].taken(0xb0, 4, site: 1, by: interrupt, now: 2)
    machine.flush()
    let session = try #require(machine.model().session)
    #expect(session.lockFacts(.order).isEmpty)
    #expect(
      session.lockFacts(.call).map { [UInt64($0.lockClass), $0.first, $0.second] } == [[3, 0, 0], [4, 641, 1]])
  }
}
