// From anything to what explains it, and back; pictures; the mark; the past.
import Testing
import Tracer

@testable import ktop

@Suite struct PageTests {
  private func person(columns: Int = 100, rows: Int = 40, isUnicode: Bool = false) throws -> Person {
    try Person(columns: columns, rows: rows, isUnicode: isUnicode, looksAt: Person.recorded("files"))
  }

  // MARK: Drilling down

  @Test func enterExplainsAndEscapeComesBack() throws {
    var person = try person()
    person.press(.character("/"))
    person.type("newfstatat")
    person.press(.enter, .enter)
    #expect(person.text.contains("System calls > newfstatat") && person.text.contains("errors 2"))
    // The first bar of the histogram, then an example, then the timeline around it.
    person.press(.down, .enter)
    #expect(person.text.contains("newfstatat of "))
    person.press(.down, .enter)
    #expect(person.text.contains("> Timeline") && person.text.contains("CPU 0"))
    person.press(.escape, .escape)
    #expect(person.text.contains("System calls > newfstatat\n"))
    person.press(.escape)
    #expect(person.selectedLine?.hasPrefix("newfstatat") == true)
  }

  @Test func aCallLeadsToItsProcessesAndTheyToTheirCalls() throws {
    var person = try person(rows: 90)
    person.press(.character("/"))
    person.type("newfstatat")
    person.press(.enter, .enter, .character("/"))
    person.type("grep")
    person.press(.enter, .enter)
    #expect(person.text.contains("> ended grep"))
    person.press(.character("/"))
    person.type("  write")
    person.press(.enter, .enter)
    #expect(person.text.contains("> ended grep > write") && person.text.contains("system call 1"))
  }

  @Test func theFilterOfAPageKeepsItsHeadings() throws {
    var person = try person(rows: 90)
    person.press(.enter, .character("\\"))
    person.type("tar")
    #expect(person.text.contains("By process") && !person.text.contains("  grep"))
    person.press(.enter, .escape)
    #expect(person.text.contains("  grep"))
  }

  // MARK: Flame graph

  @Test func aFlameGraphZoomsAndSearches() throws {
    var person = try person()
    person.press(.character("3"), .character("/"))
    person.type("fork")
    person.press(.enter)
    // Each letter looks from where one began: not past what an earlier one has found.
    #expect(person.text.contains(#/\nfork: [0-9.]+[um]s/#))
    #expect(person.screen.cells.joined().contains { $0.style == .selected })
    person.press(.up, .enter)
    #expect(person.text.contains("|clone") && !person.text.contains("|tar"))
    person.press(.escape, .escape)
    #expect(person.text.contains("|tar"))
    // What was found is marked wherever it is, and its share said.
    #expect(person.text.contains(#/'fork' in [0-9.]+%/#))
  }

  @Test func aFlameGraphCountsWhatItSays() throws {
    var person = try person()
    person.press(.character("3"))
    let onCPU = person.text
    person.press(.character("v"))
    #expect(person.text.contains("off-CPU time") && person.text != onCPU)
    person.press(.character("v"))
    #expect(person.text.contains("how often"))
    let total = person.app.snapshot.tree.reduce(UInt64(0)) { $0 + $1.count }
    #expect(person.text.contains("all: \(total) "))
    person.press(.character("\\"))
    person.type("page_fault")
    let faults = person.app.snapshot.tree.filter { $0.label == .span(6) }.reduce(UInt64(0)) { $0 + $1.count }
    #expect(person.text.contains("all: \(faults) "))
  }

  @Test func aFlameGraphTurnsAround() throws {
    var person = try person()
    person.press(.character("3"))
    let root = try #require(person.screen.lines.firstIndex { $0.hasPrefix("|all") })
    person.press(.character("i"))
    let turned = try #require(person.screen.lines.firstIndex { $0.hasPrefix("|all") })
    #expect(root < 7 && turned > 30)
    person.press(.up)
    #expect(!person.text.contains("\nall: "))
  }

  @Test func halfBlocksShowTwoLevelsALine() throws {
    var person = try person(isUnicode: true)
    person.press(.character("3"), .character("b"))
    #expect(person.text.contains("▀▀▀▀"))
    guard case .halves(_, let lower) = person.screen.cells[5][40].style else { return #expect(Bool(false)) }
    #expect(lower != .none)
  }

  @Test func dotsShowFourLevelsALineAndFramesNarrowerThanACell() throws {
    var person = try Person(columns: 100, rows: 40, isUnicode: true, looksAt: Person.recorded("shell"))
    person.press(.character("3"), .character("b"), .character("b"))
    try expectGolden(person.text, "flame-dots")
    // Every name, and everything that the names do not show.
    person.press(.character("b"))
    #expect(person.text.contains("|all"))
    let narrow = FlameTree(
      (0..<40).map { (name: "\($0)", parent: -1, own: UInt64(1)) }, root: "all", unit: .count)
    #expect(FlameLayer(narrow, zoom: 0, width: 20, depth: 9).levels[1].count == 20)
    #expect(FlameLayer(narrow, zoom: 0, width: 40, depth: 9).levels[1].count == 40)
    var plain = try Person(columns: 100, rows: 40, looksAt: Person.recorded("shell"))
    plain.press(.character("3"), .character("b"))
    try expectGolden(plain.text, "flame-dots-ascii")
  }

  @Test func aClickInDotsChoosesWhatIsThere() throws {
    var person = try Person(columns: 100, rows: 40, isUnicode: true, looksAt: Person.recorded("shell"))
    person.press(.character("3"), .character("b"), .character("b"))
    person.press(.click(row: 5, column: 30))
    #expect(person.text.contains("\nall: "))
    person.press(.click(row: 6, column: 10))
    #expect(!person.text.contains("\nall: "))
    #expect(person.screen.cells[6][10].style == .halves(.cursor, .none))
  }

  @Test func clicksChooseAndZoom() throws {
    var person = try person()
    person.press(.click(row: 3, column: 22))
    #expect(person.text.contains("[3 Flame]"))
    let line = try #require(person.screen.lines.firstIndex { $0.contains("|tar") })
    let column = try #require(person.screen.lines[line].range(of: "|tar")).lowerBound.utf16Offset(
      in: person.screen.lines[line])
    person.press(.click(row: line, column: column + 1))
    #expect(person.text.contains("\ntar: "))
    person.press(.click(row: line, column: column + 1))
    #expect(!person.text.contains("|sh"))
  }

  @Test func frozenFlamesDoNotMove() throws {
    var person = try person()
    person.press(.character("3"), .character("f"))
    let before = person.screen.lines[5...30]
    try person.see(Person.recorded("pipelines"))
    #expect(person.screen.lines[5...30] == before && person.text.contains("FROZEN"))
    person.press(.character("f"))
    #expect(person.screen.lines[5...30] != before)
  }

  @Test func treesAddUp() {
    let tree = FlameTree(
      [
        (name: "a", parent: -1, own: UInt64(3)), (name: "b", parent: 0, own: 4), (name: "c", parent: 0, own: 0),
        (name: "d", parent: 2, own: 5), (name: "a", parent: -1, own: 7),
      ], root: "all", unit: .count)
    #expect(tree.total == 19 && tree.nodes[1].total == 12 && tree.matched("a") == 19 && tree.matched("D") == 5)
    #expect(tree.path(to: tree.node(at: ["a", "c", "d"])) == ["a", "c", "d"])
    #expect(tree.folded { $0 } == "a 3\na 7\na;b 4\na;c;d 5\n")
    #expect(tree.filtered("b").total == 4)
    let layer = FlameLayer(tree, zoom: 0, width: 38, depth: 10)
    #expect(layer.levels[1].map(\.width) == [24, 14] && layer.levels[2].map(\.width) == [8, 10])
  }

  // MARK: Timeline

  @Test func theTimelineZoomsToASpan() throws {
    var person = try person()
    person.press(.character("7"))
    let whole = try #require(person.text.firstMatch(of: #/[0-9.]+ms wide/#)).output
    person.press(.down, .down, .character("/"))
    person.type("fork")
    person.press(.enter)
    #expect(person.text.contains(#/at [0-9.]+ ms: fork\w*, /#))
    person.press(.enter)
    #expect(!person.text.contains(whole))
    person.press(.escape)
    #expect(person.text.contains(whole))
  }

  // MARK: Mark

  @Test func theMarkShowsWhatChanged() throws {
    var person = try Person(looksAt: Sample(calls: 500).recording)
    let before = person.app.snapshot.systemCalls.reduce(UInt64(0)) { $0 + $1.count }
    person.press(.character("m"))
    #expect(person.app.rows.isEmpty && person.text.contains("SINCE MARK"))
    try person.see(Sample(calls: 3000).recording)
    let rows = person.app.shown.systemCalls
    #expect(rows.reduce(UInt64(0)) { $0 + $1.count } == 3000 - before)
    // Latencies too are those of what came since.
    for row in rows {
      #expect(row.buckets.reduce(0, +) == row.count)
      #expect(row.quantile(0.5)! <= row.quantile(0.99)!)
    }
    person.press(.character("m"))
    #expect(person.app.shown.systemCalls.reduce(UInt64(0)) { $0 + $1.count } == 3000)
  }

  // MARK: Time

  @Test func stepsBackAndForth() throws {
    var person = try Person(looksAt: Sample().recording)
    let now = person.text
    let counted = person.app.snapshot.losses.received
    person.press(.character("["))
    #expect(person.text.contains("PAST") && person.actions.count == 1)
    let then = person.app.snapshot.losses.received
    #expect(then < counted)
    person.press(.character("["))
    #expect(person.app.snapshot.losses.received < then)
    person.press(.character("]"))
    #expect(person.app.snapshot.losses.received == then)
    person.press(.character("="))
    #expect(person.text == now)
  }

  @Test func thePastIsWhatTheScreenShowedThen() throws {
    let recording = Sample().recording
    let collector = Collector(
      BytesSource(recording, piece: 500), names: try NameLookup(elf: nil), store: BytesStore(recording))
    var seen: [(Double, UInt64, UInt64)] = []
    while try collector.pump() {
      let snapshot = collector.snapshot()
      seen.append((snapshot.seconds, snapshot.losses.received, snapshot.systemCalls.reduce(0) { $0 + $1.count }))
    }
    for (seconds, received, calls) in seen.shuffled() where seconds > 0 {
      let past = try #require(collector.snapshot(at: seconds))
      // Reading again goes in pieces of its own: it may have come one piece further.
      let later = seen.filter { $0.0 > seconds }.dropFirst().first?.1 ?? .max
      #expect(past.losses.received >= received && past.losses.received <= later)
      #expect(past.systemCalls.reduce(0) { $0 + $1.count } >= calls)
    }
  }

  @Test func whatPlaysMovesOnToNow() throws {
    var person = try Person(looksAt: Sample().recording)
    person.press(.character("{"), .character("{"), .character("-"), .character("-"), .character("-"), .character(" "))
    let start = try #require(person.app.travel.position)
    person.wait(0.01)
    #expect(try #require(person.app.travel.position) > start && person.text.contains("x0.1"))
    person.wait(100)
    #expect(person.app.travel.position == nil && !person.text.contains("PAST"))
  }
}
