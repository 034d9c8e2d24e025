// What is on the screen, letter by letter. The recordings are those of samples/.
import Testing
import TraceModel

@testable import ktop

@Suite struct ScreenTests {
  @Test(arguments: Array(1...9)) func panels(number: Int) throws {
    let recording = try Person.recorded("files")
    for (columns, rows) in [(80, 24), (160, 48), (40, 12)] {
      var person = try Person(columns: columns, rows: rows, isUnicode: columns == 160, looksAt: recording)
      person.press(.character(Character("\(number)")))
      try expectGolden(person.text, "panel\(number)-\(columns)x\(rows)")
    }
  }

  @Test func pagesBehindTheRows() throws {
    for (number, name) in [(1, "system-call"), (2, "lock"), (4, "process"), (5, "cpu")] {
      var person = try Person(columns: 100, rows: 70, looksAt: Person.recorded("shell"))
      person.press(.character(Character("\(number)")), .down, .enter)
      try expectGolden(person.text, "page-\(name)")
    }
  }

  @Test func stacksOfEveryKind() throws {
    var person = try Person(columns: 120, rows: 40, looksAt: Person.recorded("shell"))
    person.press(.character("3"))
    for name in ["running", "sleeping", "waking", "lock-wait"] {
      try expectGolden(person.text, "flame-\(name)")
      person.press(.character("v"))
    }
  }

  @Test func help() throws {
    for (columns, rows) in [(80, 24), (40, 12)] {
      var person = try Person(columns: columns, rows: rows)
      person.press(.character("?"))
      try expectGolden(person.text, "help-\(columns)x\(rows)")
    }
  }

  @Test func menus() throws {
    var person = try Person()
    person.press(.function(6))
    try expectGolden(person.text, "sort-menu-80x24")
    person.press(.escape, .character("e"))
    try expectGolden(person.text, "probe-menu-80x24")
    person.press(.escape, .character("w"))
    try expectGolden(person.text, "export-menu-80x24")
  }

  @Test func beforeTheFirstFrame() throws {
    let screen = MemoryScreen(columns: 80, rows: 24)
    var app = TopApp()
    app.draw(on: screen)
    try expectGolden(screen.text, "waiting-80x24")
    // Nothing is known yet, and every panel says so instead of failing.
    for panel in 0..<9 {
      app.show(panel)
      for key: Key in [.enter, .down, .right, .character("+"), .character("["), .character("m"), .escape] {
        _ = app.handle(key)
        app.draw(on: screen)
      }
    }
  }

  @Test func report() throws {
    try expectGolden(TextReport(Person.snapshot(of: Sample().recording)).text, "report")
  }

  @Test func aStreamWithoutNamesShowsNumbersAndSaysSo() throws {
    var person = try Person(looksAt: Sample().bytes)
    #expect(person.text.contains("no names for build 070e151c232a"))
    person.press(.character("6"))
    #expect(person.text.contains("span_6"))
  }

  @Test func everySizeIsDrawn() throws {
    let collector = try Person.collector(of: Sample(calls: 300).recording)
    for columns in [1, 2, 10, 29, 30, 31, 47, 59, 60, 61, 80, 200] {
      for rows in [1, 2, 6, 7, 8, 13, 14, 24, 70] {
        var person = Person(columns: columns, rows: rows, collector: collector)
        for panel in 1...9 {
          person.press(.character(Character("\(panel)")), .enter, .escape, .character("?"), .tab)
        }
        person.press(.character("e"), .escape, .function(6), .escape, .character("["), .character("="))
        #expect(columns >= 30 && rows >= 7 || person.text.hasPrefix(String("too small".prefix(columns))))
      }
    }
  }

  @Test func namesFromAStreamCannotSteerTheTerminal() throws {
    var names = Sample.names
    names.add(kind: .span, id: 6, rank: 0, name: "evil\u{1b}[2J\nname")
    var person = try Person(looksAt: names.frames() + Sample().bytes)
    person.press(.character("6"))
    #expect(person.text.contains("evil?[2J?name"))
  }

  @Test func wideCharactersTakeTwoCells() throws {
    var names = Sample.names
    names.add(kind: .span, id: 6, rank: 0, name: "漢字の名前")
    var person = try Person(isUnicode: true, looksAt: names.frames() + Sample().bytes)
    person.press(.character("6"))
    let row = try #require(person.screen.cells.first { $0.contains { $0.character == "漢" } })
    let place = try #require(row.firstIndex { $0.character == "漢" })
    #expect(row[place + 1].character == nil && row[place + 2].character == "字")
    // The columns behind it stand where they stand in other rows.
    let widths = person.screen.lines.filter { $0.contains("%") && !$0.contains("tracer") }.map { CellText.width($0) }
    #expect(Set(widths).count == 1)
    #expect("漢字".clipped(to: 3) == "漢" && "漢字".padded(to: 5) == "漢字 ")
  }
}
