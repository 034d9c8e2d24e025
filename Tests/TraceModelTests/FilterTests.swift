import Testing
import Tracer

@testable import TraceModel
@testable import TraceTestSupport

@Suite struct FilterTests {
  private typealias Turn = (UnsafeMutablePointer<ThreadTrace>, UInt64)

  private func call(_ machine: Machine, _ number: UInt64) {
    let start = machine.begin()
    machine.advance(1600)
    machine.systemCall(number, from: start)
    machine.advance(16000)
  }

  private func process(_ machine: Machine, _ pid: UInt32) -> UnsafeMutablePointer<ThreadTrace> {
    let thread = machine.thread(pid, "p\(pid)")
    thread.pointee.pid = pid
    return thread
  }

  @Test func rowsThatAreOffLeaveNothing() throws {
    let machine = Machine()
    machine.send(.rows(RowRange(first: 39, count: 1), .only))
    for number in [0, 39, 1, 39, 600] as [UInt64] { call(machine, number) }
    let span = machine.begin()
    machine.span(5, from: span)
    machine.flush()
    let session = try #require(machine.model().session)
    #expect(session.losses.received == 2)
    #expect(session.losses.droppedSource == 0)
    #expect(session.systemCalls.filter { $0.value.count > 0 }.keys.sorted() == [39])
    #expect(session.spans.values.allSatisfy { $0.count == 0 })
    #expect(session.filter?.rowsOn == [39])
  }

  @Test func everythingComesBack() throws {
    let machine = Machine()
    machine.send(.rows(RowRange(first: 2, count: 700), .off))
    call(machine, 2)
    machine.send(.rows(.all, .on))
    call(machine, 2)
    call(machine, 3)
    machine.flush()
    let session = try #require(machine.model().session)
    #expect(session.losses.received == 2)
    #expect(session.filter == FilterState())
  }

  @Test func oneProcessAndWhatItMakes() throws {
    let machine = Machine()
    let (a, b) = (process(machine, 10), process(machine, 20))
    machine.send(.process(ProcessFilter(pid: 10, withChildren: true)))
    let child = process(machine, 30)
    machine.traces[0].inherit(child, from: a)
    let stranger = process(machine, 40)
    machine.traces[0].inherit(stranger, from: b)
    let grandchild = process(machine, 50)
    machine.traces[0].inherit(grandchild, from: child)
    for (thread, number) in [(a, 1), (b, 2), (child, 3), (stranger, 4), (grandchild, 5)] as [Turn] {
      machine.run(thread)
      call(machine, number)
    }
    machine.flush()
    let session = try #require(machine.model().session)
    #expect(session.systemCalls.filter { $0.value.count > 0 }.keys.sorted() == [1, 3, 5])
    #expect(session.filter?.process == ProcessFilter(pid: 10, withChildren: true))
    // Switches are told all the same.
    #expect(session.contextSwitches == 5)
  }

  /// A new filter forgets whom the one before followed.
  @Test func anotherProcess() throws {
    let machine = Machine()
    let (a, b) = (process(machine, 10), process(machine, 20))
    machine.send(.process(ProcessFilter(pid: 10, withChildren: true)))
    let child = process(machine, 30)
    machine.traces[0].inherit(child, from: a)
    machine.send(.process(ProcessFilter(pid: 20)))
    for (thread, number) in [(a, 1), (b, 2), (child, 3)] as [Turn] {
      machine.run(thread)
      call(machine, number)
    }
    machine.flush()
    #expect(machine.model().session?.systemCalls.filter { $0.value.count > 0 }.keys.sorted() == [2])
  }

  /// More stretches than fit into a frame.
  @Test func aCombOfRows() throws {
    let machine = Machine()
    for row in (0..<368).map({ UInt32($0 * 2 + 1) }) { machine.send(.rows(RowRange(first: row, count: 1), .off)) }
    machine.flush()
    #expect(machine.model().session?.filter?.rowsOn == (0..<368).map { $0 * 2 })
  }

  @Test func rowsBeyondTheLastAreNone() throws {
    let machine = Machine()
    machine.send(.rows(RowRange(first: 700, count: UInt32.max), .off))
    machine.send(.rows(RowRange(first: UInt32.max, count: UInt32.max), .off))
    machine.flush()
    #expect(machine.model().session?.filter?.rowsOff == Set(700..<736))
  }

  @Test(arguments: [
    ("0-1,39", [0, 1, 39]), ("", []), ("7", [7]), ("a,3", [3]), ("5-3,4", [4]), ("1-2-3,9", [9]), ("-4,6", [6]),
  ]) func listsOfRows(words: String, rows: [UInt32]) {
    var found: [UInt32] = []
    Array(words.utf8).withUnsafeBytes { bytes in
      RowRange.forEach(in: bytes) { range in found += (0..<range.count).map { range.first + $0 } }
    }
    #expect(found == rows)
  }
}
