// What keys do, as a person sees it.
import Testing
import Tracer

@testable import TraceTestSupport
@testable import ktop

@Suite struct KeyTests {
  @Test func panelsChangeByTabAndNumber() throws {
    var person = try Person()
    person.press(.tab)
    #expect(person.text.contains("[2 Locks]"))
    person.press(.backTab, .backTab)
    #expect(person.text.contains("[9 Cons]"))
    person.press(.character("4"))
    #expect(person.text.contains("[4 Procs]"))
  }

  @Test func theSelectedRowMovesAndStaysInSight() throws {
    var person = try Person(columns: 80, rows: 12)
    let all = person.app.rows.map(\.name)
    #expect(person.selectedLine?.hasPrefix(all[0]) == true)
    person.press(.down, .character("j"))
    #expect(person.selectedLine?.hasPrefix(all[2]) == true)
    person.press(.end)
    #expect(person.selectedLine?.hasPrefix(all.last!) == true)
    person.press(.up)
    #expect(person.selectedLine?.hasPrefix(all[all.count - 2]) == true)
    person.press(.pageUp, .pageUp, .pageUp, .pageUp, .pageUp)
    #expect(person.selectedLine?.hasPrefix(all[0]) == true)
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
    person.press(.character("s"), .end, .up, .up, .enter)
    let errors = person.app.rows.map { $0.cells[8].order }
    #expect(errors == errors.sorted(by: >) && Set(errors).count > 1)
  }

  @Test func filter() throws {
    var person = try Person()
    let all = person.app.rows.count
    person.press(.character("\\"))
    person.type("READ")
    #expect(person.text.contains("Filter: READ_"))
    #expect(person.app.rows.allSatisfy { $0.name.contains("read") } && !person.names.isEmpty)
    person.press(.enter, .function(4))
    person.type("zz")
    #expect(person.text.contains("no row contains 'READzz'"))
    person.press(.escape)
    #expect(person.app.filter == "READ")
    person.press(.escape)
    #expect(person.app.rows.count == all)
  }

  @Test func aFilteredTreeKeepsWhatStandsAbove() throws {
    var person = try Person()
    person.press(.character("6"), .character("\\"))
    person.type("page_fault")
    let rows = person.app.rows
    #expect(rows.contains { $0.depth == 2 && $0.name == "page_fault" } && rows.contains { $0.depth == 0 })
    let ids = Set(rows.map(\.id))
    #expect(rows.allSatisfy { $0.parent.map(ids.contains) ?? true })
  }

  @Test func search() throws {
    var person = try Person()
    person.press(.character("/"))
    person.type("stat")
    #expect(person.selectedLine?.hasPrefix("newfstatat") == true)
    person.press(.enter, .character("/"))
    person.type("rt_")
    person.press(.enter)
    let first = person.selectedLine
    person.press(.character("n"))
    #expect(person.selectedLine != first)
    person.press(.character("N"))
    #expect(person.selectedLine == first)
    person.press(.character("/"))
    person.type("nothing like it")
    #expect(person.text.contains("nothing matches"))
    person.press(.escape)
    #expect(person.selectedLine == first)
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
    person.press(.end, .up, .up, .up, .enter, .up, .enter)
    #expect(person.actions.dropFirst() == [.send(.disable(0xff)), .send(.enable(0xff))])
    person.press(.escape)
    #expect(person.text.contains("Help"))
  }

  @Test func wishesCountOnlyWhenTheKernelSaysSo() throws {
    let machine = Machine(cpus: 1)
    machine.flush()
    var stream = Sample.names.frames() + machine.takeBytes()
    var person = try Person(columns: 100, looksAt: stream)
    func hello() throws {
      machine.send(.hello)
      machine.flush()
      stream += machine.takeBytes()
      try person.see(stream)
    }
    person.press(.character("e"), .down, .down, .enter)
    guard case .send(let command)? = person.actions.last else { return #expect(Bool(false)) }
    person.app.note(command)
    try hello()
    #expect(person.text.contains("has not answered yet"))
    machine.send(command)
    try hello()
    #expect(person.text.contains("the kernel has switched off: path") && person.text.contains("[ ] path"))
    // One that is not done is not forgotten in silence.
    person.app.note(.disable(1))
    for _ in 0..<6 { try hello() }
    #expect(person.text.contains("has not done it"))
  }

  @Test func theFlightRecorderIsSetAndTellsWhatSetItOff() throws {
    let machine = Machine(cpus: 1)
    machine.flush()
    var stream = Sample.names.frames() + machine.takeBytes()
    var person = try Person(columns: 100, looksAt: stream)
    person.press(.character("e"), .end, .enter)
    guard case .send(let command)? = person.actions.last, case .flight(let rules) = command else {
      return #expect(Bool(false))
    }
    #expect(rules.seconds > 0 && rules.row == FlightRules.anyRow)
    person.app.note(command)
    machine.send(command)
    machine.send(.hello)
    tick(machine)
    stream += machine.takeBytes()
    try person.see(stream)
    #expect(person.text.contains("the kernel keeps 5 s of events until something takes 100ms"))
    // A call of a fifth of a second.
    machine.run(machine.thread(42, "sh"))
    let start = machine.begin()
    machine.advance(Machine.hertz / 5)
    machine.systemCall(0, from: start)
    tick(machine)
    stream += machine.takeBytes()
    try person.see(stream)
    person.press(.escape, .character("8"))
    #expect(person.text.contains("took 200ms at"))
    person.press(.enter, .end, .enter)
    #expect(person.text.contains("> Timeline"))
  }

  @Test func theSamplingRateIsChosen() throws {
    var person = try Person(looksAt: Person.recorded("shell"))
    person.press(.character("e"), .end, .enter, .up, .enter)
    #expect(person.actions == [.send(.rate(1999)), .send(.rate(997))])
  }

  // Not a flush, which is for the end of a kernel: it sends what a recorder would keep.
  private func tick(_ machine: Machine) {
    for _ in 0..<300 {
      machine.advance(Machine.hertz / 250)
      machine.tick()
    }
  }

  @Test func resetAndQuit() throws {
    var person = try Person()
    person.press(.character("r"), .character("q"), .function(10), .interrupt, .suspend)
    #expect(person.actions == [.send(.reset), .quit, .quit, .quit, .suspend])
    person.press(.character("e"), .character("q"))
    #expect(person.actions.count == 5)
  }

  @Test func helpScrolls() throws {
    var person = try Person(columns: 40, rows: 12)
    person.press(.character("?"))
    let top = person.text
    #expect(top.contains("System calls:"))
    person.press(.down, .down)
    #expect(person.text != top)
    for _ in 0..<20 { person.press(.pageDown) }
    #expect(person.text.contains("Losses"))
    for _ in 0..<20 { person.press(.pageUp) }
    #expect(person.text == top)
    person.press(.escape)
    #expect(person.text.contains("[1 System calls]"))
  }

  @Test func keysCanBeBoundAnew() throws {
    var keys = KeyMap()
    keys.bind(.quit, to: [.character("x")])
    var person = try Person(keys: keys)
    person.press(.character("q"))
    #expect(person.actions.isEmpty)
    person.press(.character("x"))
    #expect(person.actions == [.quit])
    #expect(person.text.contains("xQuit"))
  }

  @Test func randomKeysBreakNothing() throws {
    var random = Random(state: 74)
    let keys: [Key] =
      [.enter, .escape, .backspace, .tab, .backTab, .up, .down, .left, .right, .pageUp, .pageDown, .home, .end]
      + (1...9).map { .function($0) } + "123456789/\\nNsI<>peqrhgGjkxyz ?[]{}=mwvtfib+-".map { .character($0) }
      + [.wheelUp, .wheelDown, .click(row: 3, column: 20), .click(row: 7, column: 30), .click(row: 9, column: 2)]
    for isUnicode in [false, true] {
      var person = try Person(columns: 60, rows: 15, isUnicode: isUnicode, looksAt: Person.recorded("files"))
      for _ in 0..<800 { person.press(keys.randomElement(using: &random)!) }
      #expect(person.screen.shown > 800)
    }
  }
}
