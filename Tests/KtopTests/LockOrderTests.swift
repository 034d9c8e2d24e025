// The order of locks as a page: all classes, what is new, circles, and where an edge was taken.
import Testing
@testable import TraceTestSupport
import TraceModel
import Tracer

@testable import ktop

@Suite struct LockOrderTests {
  /// A machine that has taken the second lock of each pair inside the first, as often as said.
  private func recording(_ pairs: [(UInt32, UInt32, Int)]) -> [UInt8] {
    let machine = Machine()
    for (outer, inner, count) in pairs {
      for _ in 0..<count {
        let taker = LockTaker(row: 0, serial: 0, context: 0)
        machine.traces[0].taken(0xa0, outer, site: 0, by: taker, now: 1)
        machine.traces[0].taken(0xb0, inner, site: 40 + outer, by: taker, now: 2)
        machine.traces[0].released(0xb0, now: 3)
        machine.traces[0].released(0xa0, now: 4)
      }
    }
    // The panel lists what the counters know.
    for lock in [3, 8, 14, 16] {
      withUnsafeMutableBytes(of: &machine.percpu[0].pointee.lock_acquired) {
        $0.bindMemory(to: UInt64.self)[lock] = 2000
      }
    }
    machine.flush()
    return Sample.names.frames() + machine.takeBytes()
  }

  private let usual: [(UInt32, UInt32, Int)] = [(3, 8, 7), (3, 16, 120), (8, 14, 33), (14, 16, 2)]

  @Test func aKeyShowsTheWholeOrder() throws {
    for (columns, rows) in [(80, 24), (160, 48), (40, 12)] {
      var person = try Person(columns: columns, rows: rows, looksAt: recording(usual))
      person.press(.character("2"), .character("O"))
      try expectGolden(person.text, "lock-order-\(columns)x\(rows)")
    }
  }

  @Test func theRealKernelHasNoCircle() throws {
    var person = try Person(columns: 100, rows: 70, looksAt: Person.recorded("shell"))
    person.press(.character("2"), .character("O"))
    try expectGolden(person.text, "page-lock-order")
    #expect(person.text.contains("no circles") && !person.text.contains("against"))
  }

  @Test func circlesAndWhatIsAgainstTheRanksAreMarked() throws {
    var person = try Person(columns: 100, rows: 40, looksAt: recording(usual + [(16, 8, 1)]))
    person.press(.character("2"), .character("O"))
    #expect(person.text.contains("CIRCLE: pipe -> run_queue -> frame_allocator -> pipe"))
    #expect(person.text.contains("!1") && person.text.contains("circle, against the rank"))
    let alarms = person.screen.cells.joined().filter { $0.style == .alarm && $0.character == "!" }
    #expect(alarms.count == 3, "the edges of the circle, and no other")
    try expectGolden(person.text, "lock-order-circle")
  }

  @Test func whatIsNewSinceTheMarkIsMarked() throws {
    var person = try Person(columns: 100, rows: 40, looksAt: recording(usual))
    person.press(.character("2"), .character("O"), .character("m"))
    #expect(!person.text.contains("+3"))
    try person.see(recording(usual + [(3, 14, 555), (3, 8, 1)]))
    #expect(person.text.contains("+3") && person.text.contains("  new"))
    let edge = try #require(person.screen.lines.first { $0.contains("file_table -> pipe ") })
    #expect(edge.split(separator: " ").map(String.init)[3...4] == ["8", "1"])
  }

  @Test func anEdgeSaysWhereItWasTaken() throws {
    var person = try Person(columns: 100, rows: 40, looksAt: recording(usual))
    person.press(.character("2"), .character("O"), .character("/"))
    person.type("file_table -> pipe")
    person.press(.enter, .enter)
    #expect(person.text.contains("Locks > order of locks > file_table -> pipe"))
    #expect(person.text.contains("site_43        "))
    #expect(person.text.contains("read"), "the call that takes both")
    person.press(.character("G"), .enter)
    #expect(person.text.contains("> pipe\n") && person.text.contains("pipe, a class of locks"))
  }
}
