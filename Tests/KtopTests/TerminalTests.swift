// ktop on a real terminal: it gives it back as it was, however it ends. The terminal is tmux's; its size and modes are
// those of a pty.
import Foundation
import Testing

@testable import ktop

@Suite(.serialized) struct TerminalTests {
  @Test func keysThatQuit() throws {
    for key in ["q", "F10", "C-c"] {
      let terminal = try Terminal(replaying: Sample(calls: 300).recording)
      #expect(terminal.wait(for: "[1 Calls]"))
      terminal.press(key)
      #expect(terminal.isRestored(status: 0), "after \(key)")
    }
  }

  @Test func signals() throws {
    for (signal, status) in [
      (SIGINT, 0), (SIGTERM, 143), (SIGHUP, 129), (SIGQUIT, 131),
      // What a panic of ours ends with: the first is that of the language's own checks.
      (SIGILL, 132), (SIGTRAP, 133), (SIGABRT, 134), (SIGBUS, 135), (SIGFPE, 136), (SIGSEGV, 139),
    ] {
      let terminal = try Terminal(replaying: Sample(calls: 300).recording)
      #expect(terminal.wait(for: "[1 Calls]"))
      terminal.signal(signal)
      #expect(terminal.isRestored(status: status), "after signal \(signal)")
    }
  }

  /// Mistakes from inside, at a key. Where the stack has no room left, the way back needs one of its own.
  @Test(arguments: [("overflow", 139), ("abort", 134), ("trap", 132)])
  func faultsOfOurOwn(_ fault: String, status: Int) throws {
    let terminal = try Terminal(replaying: Sample(calls: 300).recording, environment: "KTOP_FAULT=\(fault)")
    #expect(terminal.wait(for: "[1 Calls]"))
    terminal.press("x")
    #expect(terminal.isRestored(status: status))
  }

  @Test func suspendedAndBack() throws {
    let terminal = try Terminal(replaying: Sample(calls: 300).recording)
    #expect(terminal.wait(for: "[1 Calls]"))
    terminal.press("C-z")
    // The shell goes on meanwhile: 128 + SIGTSTP.
    #expect(terminal.isRestored(status: 148))
    terminal.press("fg", "Enter")
    #expect(terminal.wait(for: "[1 Calls]"))
    terminal.press("q")
    terminal.press("stty -g > after; echo once' 'more", "Enter")
    #expect(terminal.wait(for: "once more"))
    #expect(terminal.isRestored(status: 148))
  }

  @Test func sizes() throws {
    let terminal = try Terminal(replaying: Sample(calls: 300).recording)
    #expect(terminal.wait(for: "[1 Calls]"))
    terminal.resize(columns: 40, rows: 12)
    #expect(terminal.wait(for: "[1 System calls]"))
    terminal.resize(columns: 12, rows: 3)
    #expect(terminal.wait(for: "too small"))
    terminal.resize(columns: 160, rows: 30)
    #expect(terminal.wait(for: "6 Spans"))
    terminal.press("q")
    #expect(terminal.isRestored(status: 0))
  }

  @Test func aStormOfSizesEndsWithAWholeScreen() throws {
    let terminal = try Terminal(replaying: Sample(calls: 300).recording)
    #expect(terminal.wait(for: "[1 Calls]"))
    for step in 0..<40 { terminal.resize(columns: 20 + step * 37 % 150, rows: 4 + step * 13 % 50) }
    terminal.resize(columns: 90, rows: 20)
    terminal.press("7")
    #expect(terminal.wait(for: "[7 Time]") && terminal.wait(for: "ms wide"))
    terminal.press("q")
    #expect(terminal.isRestored(status: 0))
  }

  @Test func stepsExportsAndPagesOnARealTerminal() throws {
    let terminal = try Terminal(replaying: Sample(calls: 300).recording)
    #expect(terminal.wait(for: "[1 Calls]"))
    terminal.press("Enter")
    #expect(terminal.wait(for: "System calls > "))
    terminal.press("[")
    #expect(terminal.wait(for: "PAST"))
    terminal.press("=", "w", "Down", "Enter")
    #expect(terminal.wait(for: "written to ktop-"))
    terminal.press("q")
    #expect(terminal.isRestored(status: 0))
    let names = try FileManager.default.contentsOfDirectory(atPath: terminal.folder)
    let name = try #require(names.first { $0.hasPrefix("ktop-") && $0.hasSuffix(".json") })
    let page = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: terminal.folder + "/" + name)))
    #expect((page as? [String: Any])?["schema_version"] as? Int == 1)
  }

  @Test func aSourceThatEndsLeavesItsData() throws {
    let scratch = Scratch()
    let kernel = FakeKernel(unix: scratch.file("line"))
    let terminal = try Terminal(command: "attach \(scratch.file("line"))")
    kernel.accept()
    kernel.send(Sample(calls: 300).recording)
    #expect(terminal.wait(for: "running") && terminal.wait(for: "newfstatat"))
    kernel.hangUp()
    #expect(terminal.wait(for: "connection closed") && terminal.wait(for: "newfstatat"))
    terminal.press("q")
    #expect(terminal.isRestored(status: 0))
  }

  @Test func errorsComeOnAnOrdinaryScreen() throws {
    let terminal = try Terminal(command: "replay \(#filePath)")
    #expect(terminal.wait(for: "is no trace"))
    #expect(terminal.isRestored(status: 65))
  }

  /// The very colours of the theme, not those of a palette that are near.
  @Test func directColors() throws {
    let terminal = try Terminal(replaying: Sample(calls: 300).recording, environment: "TERM=xterm-direct")
    #expect(terminal.wait(for: "[1 Calls]"))
    terminal.press("3")
    #expect(terminal.wait(for: "spans, all of the time"))
    let frames = ["#ff8700", "#ffaf00", "#ffd75f", "#ff875f", "#d7af5f", "#ffaf87"].compactMap(Color.init(parsing:))
    let isSeen = terminal.waitForColor { seen in
      frames.contains { seen.contains("48;2;\($0.red);\($0.green);\($0.blue)") }
    }
    #expect(isSeen, "\(terminal.colors.prefix(800))")
    terminal.press("q")
    #expect(terminal.isRestored(status: 0))
  }

  @Test func withoutColorAndOnPoorTerminals() throws {
    for environment in ["NO_COLOR=1", "TERM=vt100", "LANG=C LC_ALL=C", "TERM=xterm-256color"] {
      let terminal = try Terminal(replaying: Sample(calls: 300).recording, environment: environment)
      #expect(terminal.wait(for: "[1 Calls]"), "with \(environment)")
      terminal.press("q")
      #expect(terminal.isRestored(status: 0), "with \(environment)")
    }
    // No screen can be shown there: the table comes instead.
    let terminal = try Terminal(replaying: Sample(calls: 300).recording, environment: "TERM=dumb")
    #expect(terminal.isRestored(status: 0))
    #expect(terminal.wait(for: "page_fault"))
  }
}
