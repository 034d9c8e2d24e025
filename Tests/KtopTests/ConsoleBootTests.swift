// The console of a real machine, as a person has it: a shell, vi and top in ktop on a terminal. Part of the boot tier.
import Foundation
import Testing

@testable import ktop

@Suite(.enabled(if: ProcessInfo.processInfo.environment["APUS_TESTS"] == "boot"), .serialized)
struct ConsoleBootTests {
  private static let kernel = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent(".build-kernel/x86_64-unknown-none-elf/release/Kernel").path

  @Test func aShellAnEditorAndTop() throws {
    let terminal = try Terminal(command: "run -- sh", environment: "APUS_KERNEL=\(Self.kernel)")
    #expect(terminal.wait(for: "[1 Calls]"))
    terminal.press("9")
    #expect(terminal.wait(for: "/ #"))
    terminal.press("Enter")
    #expect(terminal.wait(for: "leaves"))
    terminal.type("stty size")
    #expect(terminal.wait(for: "23 80"), "the guest knows the size")
    terminal.type("echo one > /tmp/file; vi /tmp/file")
    #expect(terminal.wait(for: "1/1 100%"))
    // Its status line moves to the end of a larger window, and of a smaller one.
    for (columns, rows) in [(100, 32), (60, 16), (80, 24)] {
      terminal.resize(columns: columns, rows: rows)
      #expect(terminal.hasLine(rows - 1, with: "1/1 100%"), "vi in \(columns)x\(rows)")
    }
    // BusyBox takes what comes right behind Escape for one key.
    terminal.press("o", "t", "w", "o", "Escape")
    #expect(terminal.wait(for: "- /tmp/file [Modified]"))
    terminal.press("k", "0", "x")
    #expect(terminal.wait(for: "ne\ntwo\n~"))
    terminal.type(":wq")
    #expect(terminal.wait(for: "/ #"))
    terminal.type("cat /tmp/file | tr a-z A-Z")
    #expect(terminal.wait(for: "NE\nTWO\n"))
    terminal.resize(columns: 90, rows: 30)
    terminal.type("clear; until stty size | sed s/^/now/ | grep 'now29 90'; do sleep 0.1; done")
    #expect(terminal.wait(for: "now29 90\n"))
    terminal.type("top")
    #expect(terminal.wait(for: "Load average"))
    // What is typed while top still reads is top's, and what is typed while the shell edits its line is not echoed.
    terminal.press("q")
    #expect(terminal.wait(for: "\n/ #"))
    terminal.type("echo reads | tr a-z A-Z; cat")
    #expect(terminal.wait(for: "READS"))
    terminal.type("echoed")
    #expect(terminal.wait(for: "echoed\nechoed\n"))
    // ^C is the machine's, and so is ^Z.
    terminal.press("C-c")
    #expect(terminal.wait(for: "^C\n/ #"))
    terminal.type("echo $? | sed s/^/status/")
    #expect(terminal.wait(for: "status130"))
    terminal.press("C-]")
    #expect(terminal.wait(for: "[9 Cons]"))
    terminal.press("q")
    #expect(terminal.isRestored(status: 0))
  }
}
