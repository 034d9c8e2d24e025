// What is on the screen, letter by letter.
import Testing
import TraceModel

@testable import ktop

@Suite struct ScreenTests {
  @Test(arguments: [1, 2, 3]) func panels(number: Int) throws {
    for (columns, rows) in [(80, 24), (40, 12)] {
      var person = try Person(columns: columns, rows: rows)
      person.press(.character(Character("\(number)")))
      try expectGolden(person.text, "panel\(number)-\(columns)x\(rows)")
    }
  }

  @Test func details() throws {
    var person = try Person()
    person.press(.enter)
    try expectGolden(person.text, "detail-80x24")
    person.press(.character("2"), .down, .enter)
    try expectGolden(person.text, "detail-lock-80x24")
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
  }

  @Test func beforeTheFirstFrame() throws {
    let screen = GridScreen(columns: 80, rows: 24)
    var app = TopApp()
    app.draw(on: screen)
    try expectGolden(screen.text, "waiting-80x24")
  }

  @Test func report() throws {
    try expectGolden(TextReport(Person.snapshot(of: Sample().recording)).text, "report")
  }

  @Test func aStreamWithoutNamesShowsNumbersAndSaysSo() throws {
    var person = try Person(looksAt: Sample().bytes)
    #expect(person.text.contains("no names for build 070e151c232a"))
    person.press(.character("3"))
    #expect(person.names == ["context_switch", "span_6"] || person.names.contains("span_6"))
  }

  @Test func everySizeIsDrawn() throws {
    let recording = Sample(calls: 500).recording
    for columns in [1, 2, 10, 29, 30, 31, 47, 59, 60, 61, 80, 200] {
      for rows in [1, 2, 6, 7, 8, 13, 14, 24, 70] {
        var person = try Person(columns: columns, rows: rows, looksAt: recording)
        for key: Key in [.enter, .character("e"), .escape, .function(6), .escape, .character("?"), .tab, .end, .tab] {
          person.press(key)
        }
        #expect(columns >= 30 && rows >= 7 || person.text.hasPrefix(String("too small".prefix(columns))))
      }
    }
  }

  @Test func namesFromAStreamCannotSteerTheTerminal() throws {
    var names = Sample.names
    names.add(kind: .span, id: 6, rank: 0, name: "evil\u{1b}[2J\nname")
    var person = try Person(looksAt: names.frames() + Sample().bytes)
    person.press(.character("3"))
    #expect(person.names.contains("evil?[2J?name"))
  }
}
