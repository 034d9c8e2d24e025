// The console's panel: to read in, and to type at.
import Testing

@testable import ktop

@Suite struct ConsoleTests {
  private func person(columns: Int = 60, rows: Int = 14, showing text: String, size: (Int, Int) = (13, 60)) throws
    -> Person
  {
    var person = try Person(columns: columns, rows: rows)
    let terminal = TerminalEmulator(rows: size.0, columns: size.1)
    _ = terminal.feed(Array(text.utf8))
    var snapshot = person.app.snapshot
    snapshot.terminal = terminal.picture
    person.app.canType = true
    person.app.update(snapshot)
    person.press(.character("9"))
    return person
  }

  @Test func everyKeyGoesToTheMachineButOne() throws {
    var person = try person(showing: "/ # ")
    person.press(.enter)
    #expect(person.screen.lines[0] == "/ #" && person.screen.cells[0][4].style == .fill(.cursor))
    #expect(person.text.contains("^] leaves") && !person.text.contains("probes:"))
    let keys: [Key] = [
      .character("q"), .escape, .interrupt, .suspend, .redraw, .tab, .function(10), .character("9"), .up,
    ]
    person.press(keys[0], keys[1], keys[2], keys[3], keys[4], keys[5], keys[6], keys[7], keys[8])
    #expect(person.actions == keys.map { .press($0) })
    person.press(.control(29))
    #expect(person.text.contains("[9 ") && person.actions.count == keys.count)
    person.press(.character("1"))
    #expect(person.text.contains("[1 "))
  }

  @Test func aConsoleThatTakesNothingSaysSo() throws {
    var person = try Person()
    person.press(.character("9"), .enter)
    #expect(person.text.contains("takes no input") && person.app.mode == .page)
  }

  @Test func coloursOfTheProgramAreShown() throws {
    var person = try person(showing: "\u{1b}[32mgreen\u{1b}[0m plain")
    let green = Style.terminal(TerminalLook(foreground: 2))
    #expect(person.screen.cells.joined().filter { $0.style == green }.map(\.character) == Array("green"))
    person.press(.enter)
    #expect(person.screen.cells[0][0].style == green && person.screen.cells[0][6].style == .normal)
    #expect(Settings().theme.look(of: green).foreground?.basic == 2)
  }

  @Test func aSmallScreenFollowsTheCursor() throws {
    let lines = (1...30).map { "line \($0)" }.joined(separator: "\r\n")
    var person = try person(columns: 30, rows: 7, showing: lines, size: (24, 80))
    person.press(.enter)
    #expect(person.screen.lines[5].hasPrefix("line 30") && person.screen.lines[0].hasPrefix("line 25"))
    var far = try self.person(columns: 30, rows: 7, showing: "\u{1b}[2;70Hright\u{1b}[2;75H", size: (24, 80))
    far.press(.enter)
    #expect(far.screen.lines[1] == String(repeating: " ", count: 24) + "right")
  }

  @Test func scrolledLinesAreReadSearchedAndFiltered() throws {
    let lines = (1...60).map { "line \($0)" }.joined(separator: "\r\n")
    var person = try person(showing: lines)
    #expect(person.text.contains("line 60") && !person.text.contains("line 20\n"))
    person.press(.character("/"))
    person.type("line 20")
    person.press(.enter)
    #expect(person.text.contains("line 20\n"))
    person.press(.character("\\"))
    person.type("9")
    #expect(person.text.contains("line 9\n") && person.text.contains("line 59\n") && !person.text.contains("line 58"))
  }

  @Test func textOfATraceLineIsThatOfATerminal() {
    let picture = TerminalPicture(text: Array("a\u{1b}[31mb\u{1b}[0m\r\nx\u{8}y\tz\u{7}\nend\u{1b}[".utf8))
    #expect(picture.lines.map(\.text) == ["ab", "y       z", "end"])
    #expect(picture.lines.first?.runs.last == TerminalRun(text: "b", look: TerminalLook(foreground: 1)))
    let screen = TerminalPicture(text: Array("log\n\u{1b}[2J\u{1b}[3;5Hmenu".utf8))
    #expect(screen.lines.last?.text == "    menu")
  }
}
