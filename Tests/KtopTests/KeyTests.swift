// What keys do, as a person sees it.
import Testing
import Tracer

@testable import ktop

@Suite struct KeyTests {
  @Test func panelsChangeByTabAndNumber() throws {
    var person = try Person()
    person.press(.tab)
    #expect(person.text.contains("[2 Locks]"))
    person.press(.tab, .tab)
    #expect(person.text.contains("[1 System calls]"))
    person.press(.backTab)
    #expect(person.text.contains("[3 Spans]"))
    person.press(.character("1"), .character("9"))
    #expect(person.text.contains("[1 System calls]"))
  }

  @Test func theSelectedRowMovesAndStaysInSight() throws {
    var person = try Person(columns: 80, rows: 12)
    let all = person.app.rows.map(\.name)
    #expect(person.screen.selectedLine?.hasPrefix(all[0]) == true)
    person.press(.down, .character("j"))
    #expect(person.screen.selectedLine?.hasPrefix(all[2]) == true)
    person.press(.end)
    #expect(person.screen.selectedLine?.hasPrefix(all.last!) == true)
    person.press(.up)
    #expect(person.screen.selectedLine?.hasPrefix(all[all.count - 2]) == true)
    person.press(.pageUp, .pageUp, .pageUp, .pageUp, .pageUp)
    #expect(person.screen.selectedLine?.hasPrefix(all[0]) == true)
    person.press(.character("G"), .character("g"))
    #expect(person.names.first == all[0])
  }

  @Test func sorting() throws {
    var person = try Person()
    person.press(.character(">"))
    #expect(person.text.contains("COUNTv"))
    let counts = person.app.rows.map { $0.cells[1].order }
    #expect(counts == counts.sorted(by: >))
    person.press(.character("I"))
    #expect(person.app.rows.map { $0.cells[1].order } == counts.reversed())
    person.press(.character("<"), .character("<"), .character("I"))
    #expect(person.names == person.names.sorted())
    person.press(.character("s"), .end, .enter)
    #expect(person.text.contains("ERRORSv"))
  }

  @Test func filter() throws {
    var person = try Person()
    let all = person.app.rows.count
    person.press(.character("\\"))
    person.type("READ")
    #expect(person.text.contains("Filter: READ_"))
    #expect(person.app.rows.allSatisfy { $0.name.contains("read") } && !person.names.isEmpty)
    person.press(.enter)
    #expect(person.text.contains("of \(all) with 'READ'"))
    person.press(.function(4))
    person.type("zz")
    #expect(person.text.contains("no row contains 'READzz'"))
    person.press(.escape)
    #expect(person.app.table.filter == "READ")
    person.press(.escape)
    #expect(person.app.rows.count == all)
  }

  @Test func search() throws {
    var person = try Person()
    person.press(.character("/"))
    person.type("stat")
    #expect(person.screen.selectedLine?.hasPrefix("newfstatat") == true)
    person.press(.enter, .character("/"))
    person.type("rt_")
    person.press(.enter)
    let first = person.screen.selectedLine
    person.press(.character("n"))
    #expect(person.screen.selectedLine != first)
    person.press(.character("N"))
    #expect(person.screen.selectedLine == first)
    person.press(.character("/"))
    person.type("nothing like it")
    #expect(person.text.contains("nothing matches"))
    #expect(person.screen.selectedLine == first)
  }

  @Test func pauseFreezesTheScreenAndNotTheCollection() throws {
    var person = try Person(looksAt: Sample(calls: 500).recording)
    let before = person.names
    person.press(.character(" "))
    #expect(person.text.contains("PAUSED"))
    let paused = person.text
    try person.see(Sample(calls: 3000).recording)
    #expect(person.text == paused)
    person.press(.character("p"))
    #expect(!person.text.contains("PAUSED"))
    #expect(person.text != paused && !before.isEmpty)
  }

  @Test func probesAreSwitched() throws {
    var person = try Person()
    person.press(.character("e"), .down, .down, .enter)
    #expect(person.actions == [.send(.disable(1 << 2))])
    person.press(.end, .enter, .up, .enter)
    #expect(person.actions.dropFirst() == [.send(.disable(0x1f)), .send(.enable(0x1f))])
    person.press(.escape)
    #expect(person.text.contains("Help"))
  }

  @Test func resetAndQuit() throws {
    var person = try Person()
    person.press(.character("r"), .character("q"), .function(10), .interrupt, .suspend)
    #expect(person.actions == [.send(.reset), .quit, .quit, .quit, .suspend])
    person.press(.character("e"), .character("q"))
    #expect(person.actions.count == 5)
  }

  @Test func randomKeysBreakNothing() throws {
    var random = SystemRandomNumberGenerator()
    let keys: [Key] =
      [.enter, .escape, .backspace, .tab, .backTab, .up, .down, .left, .right, .pageUp, .pageDown, .home, .end]
      + (1...12).map { .function($0) } + "123/\\nNsI<>peqrhgGjkxyz ?".map { .character($0) }
    var person = try Person(columns: 60, rows: 15)
    for _ in 0..<3000 { person.press(keys.randomElement(using: &random)!) }
    #expect(person.screen.shown > 3000)
  }
}
