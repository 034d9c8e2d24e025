// Which lock class is taken inside which, and circles among them.
import Testing
@testable import TraceTestSupport
import Tracer

@testable import TraceModel

@Suite struct LockOrderTests {
  private func order(_ edges: [(Int, Int)]) -> LockOrder {
    LockOrder(
      edges.map { LockFact(kind: .order, lockClass: $1, first: UInt64($0), second: 5, count: 1, sum: 0, max: 0) })
  }

  @Test func anEdgeKnowsWhereItWasTaken() throws {
    let machine = Machine(cpus: 2)
    let taker = LockTaker(row: 0, serial: 1, context: 0)
    for (cpu, site) in [(0, 31), (0, 31), (1, 32)] as [(Int, UInt32)] {
      machine.traces[cpu].taken(0xa0, 3, site: 30, by: taker, now: 1)
      machine.traces[cpu].taken(0xb0, 4, site: site, by: taker, now: 2)
      machine.traces[cpu].released(0xb0, now: 3)
      machine.traces[cpu].released(0xa0, now: 4)
    }
    machine.flush()
    let order = try #require(machine.model().session).lockOrder
    #expect(
      order.edges == [
        LockOrder.Edge(outer: 3, inner: 4, count: 3, places: [.init(site: 31, count: 2), .init(site: 32, count: 1)])
      ])
    #expect(order.classes == [3, 4] && order.circles.isEmpty)
  }

  @Test func classesStandBeforeWhatIsTakenInside() {
    let order = order([(9, 2), (2, 7), (9, 7), (1, 9), (7, 7)])
    #expect(order.classes == [1, 9, 2, 7])
    #expect(order.circles.isEmpty, "a class in itself is no circle")
  }

  @Test func circlesAreFound() {
    let order = order([(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 6), (6, 5), (8, 1)])
    #expect(order.circles == [[1, 2, 3], [5, 6]])
    #expect(
      order.edges.filter(order.isCircular).map { [$0.outer, $0.inner] } == [
        [1, 2], [2, 3], [3, 1], [5, 6], [6, 5],
      ])
    // The shortest way around, of several.
    #expect(self.order([(1, 2), (2, 3), (3, 4), (4, 1), (2, 1)]).circles == [[1, 2]])
  }

  @Test func aCircleIsAFinding() throws {
    let machine = Machine()
    let taker = LockTaker(row: 0, serial: 1, context: 0)
    for (outer, inner) in [(3, 4), (4, 3)] as [(UInt32, UInt32)] {
      machine.traces[0].taken(UInt64(outer), outer, site: 0, by: taker, now: 1)
      machine.traces[0].taken(UInt64(inner), inner, site: 0, by: taker, now: 2)
      machine.traces[0].released(UInt64(inner), now: 3)
      machine.traces[0].released(UInt64(outer), now: 4)
    }
    machine.flush()
    let model = machine.model()
    let session = try #require(model.session)
    let finding = try #require(model.findings(of: session).first)
    #expect(finding.kind == .lockCircle)
    #expect(finding.evidence == ["lock_3 held, lock_4 taken 1 times", "lock_4 held, lock_3 taken 1 times"])
  }
}
