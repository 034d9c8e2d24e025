// The console as a terminal: what programs write, what they are answered, what keys become.
import Testing

@testable import TraceTestSupport
@testable import ktop

@Suite struct TerminalEmulatorTests {
  private func screen(_ text: String, rows: Int = 5, columns: Int = 20) -> TerminalPicture {
    let terminal = TerminalEmulator(rows: rows, columns: columns)
    _ = terminal.feed(Array(text.utf8))
    return terminal.picture
  }

  private func text(_ picture: TerminalPicture) -> [String] { picture.screen.map(\.text) }

  @Test func theCursorMovesAndErases() {
    let picture = screen("one\r\ntwo\r\nthree\u{1b}[1;2HX\u{1b}[2;1H\u{1b}[K\u{1b}[3;3H\u{1b}[1J")
    #expect(text(picture) == ["", "", "   ee", "", ""])
    #expect(picture.cursor == TerminalPicture.Place(row: 2, column: 2))
    #expect(screen("\u{1b}[?25l").cursor == nil)
  }

  @Test func longLinesWrapAndRegionsScroll() {
    #expect(text(screen("abcdefghij", columns: 4))[..<3] == ["abcd", "efgh", "ij"])
    let picture = screen("1\r\n2\r\n3\r\n4\r\n5\u{1b}[2;4r\u{1b}[4;1H\n")
    #expect(text(picture) == ["1", "3", "4", "", "5"])
    #expect(picture.scrolledAway.isEmpty, "a region inside the screen loses its lines")
  }

  @Test func whatScrollsAwayIsKeptUpToALimit() {
    let picture = screen((1...9).map { "\($0)" }.joined(separator: "\r\n"))
    #expect(picture.scrolledAway.map(\.text) == ["1", "2", "3", "4"])
    #expect(picture.lines.map(\.text) == (1...9).map { "\($0)" })
    let long = screen((1...9000).map { "\($0)" }.joined(separator: "\r\n"))
    #expect(long.scrolledAway.count <= TerminalEmulator.scrollLimit && long.scrolledAway.last?.text == "8995")
  }

  @Test func anotherSizeKeepsTheText() {
    let terminal = TerminalEmulator(rows: 5, columns: 20)
    _ = terminal.feed(Array("1\r\n2\r\n3\r\n4\r\n5".utf8))
    terminal.resize(rows: 3, columns: 8)
    #expect(text(terminal.picture) == ["3", "4", "5"] && terminal.picture.scrolledAway.map(\.text) == ["1", "2"])
    #expect(terminal.picture.cursor == TerminalPicture.Place(row: 2, column: 1) && terminal.picture.columns == 8)
    terminal.resize(rows: 6, columns: 30)
    _ = terminal.feed(Array("\u{1b}[999;999H\u{1b}[6n".utf8))
    #expect(terminal.picture.screen.count == 6 && terminal.picture.lines.map(\.text).contains("5"))
    #expect(terminal.feed(Array("\u{1b}[999;999H\u{1b}[6n".utf8)) == Array("\u{1b}[6;30R".utf8))
  }

  @Test func theAlternateScreenLeavesTheOther() {
    let terminal = TerminalEmulator(rows: 3, columns: 10)
    _ = terminal.feed(Array("shell\u{1b}[?1049h\u{1b}[2J\u{1b}[Heditor\r\n\n\n\n".utf8))
    #expect(!terminal.picture.lines.map(\.text).contains("shell"))
    #expect(terminal.scrolledAway.isEmpty)
    _ = terminal.feed(Array("\u{1b}[?1049l".utf8))
    #expect(terminal.picture.screen[0].text == "shell")
  }

  @Test func coloursAndWideCharacters() {
    let line = screen("\u{1b}[1;31mred\u{1b}[0m \u{1b}[48;5;200m漢字\u{1b}[7;38;2;1;2;3mx").screen[0]
    #expect(
      line.runs == [
        TerminalRun(text: "red", look: TerminalLook(foreground: 1, isBold: true)), TerminalRun(text: " "),
        TerminalRun(text: "漢字", look: TerminalLook(background: 200)),
        TerminalRun(
          text: "x", look: TerminalLook(foreground: 0x1010203, background: 200, isReversed: true)),
      ])
    #expect(Color(ofTerminal: 200)?.hexadecimal == "#ff00d7" && Color(ofTerminal: 244)?.hexadecimal == "#808080")
    #expect(Color(ofTerminal: 0x1010203)?.hexadecimal == "#010203" && Color(ofTerminal: -1) == nil)
    #expect(Color(ofTerminal: 9)?.basic == 9)
  }

  @Test func questionsAreAnswered() {
    let terminal = TerminalEmulator(rows: 5, columns: 20)
    // How BusyBox asks for the size: as far as it goes, and where is that?
    #expect(terminal.feed(Array("\u{1b}[999;999H\u{1b}[6n".utf8)) == Array("\u{1b}[5;20R".utf8))
    #expect(terminal.feed(Array("text".utf8)).isEmpty)
  }

  @Test func keysAreWhatTerminalsSend() {
    let terminal = TerminalEmulator(rows: 5, columns: 20)
    for (key, sent) in [
      (.character("a"), "a"), (.character("é"), "é"), (.enter, "\r"), (.escape, "\u{1b}"), (.backspace, "\u{7f}"),
      (.tab, "\t"), (.interrupt, "\u{3}"), (.suspend, "\u{1a}"), (.redraw, "\u{c}"), (.control(4), "\u{4}"),
      (.up, "\u{1b}[A"), (.left, "\u{1b}[D"), (.delete, "\u{1b}[3~"), (.pageUp, "\u{1b}[5~"),
      (.function(5), "\u{1b}[15~"),
      (.wheelUp, ""), (.click(row: 1, column: 1), ""),
    ] as [(Key, String)] {
      #expect(terminal.bytes(for: key) == Array(sent.utf8), "\(key)")
    }
    // A program may ask for other sequences.
    _ = terminal.feed(Array("\u{1b}[?1h".utf8))
    #expect(terminal.bytes(for: .up) == Array("\u{1b}OA".utf8))
  }

  @Test func garbageDoesNoHarm() {
    var random = Random(state: 75)
    let terminal = TerminalEmulator(rows: 7, columns: 13)
    for _ in 0..<2000 {
      _ = terminal.feed((0..<100).map { _ in UInt8.random(in: 0...255, using: &random) })
      let picture = terminal.picture
      #expect(picture.screen.count == 7 && picture.screen.allSatisfy { CellText.width($0.text) <= 40 })
    }
  }
}
