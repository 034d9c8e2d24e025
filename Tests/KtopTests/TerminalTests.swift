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
      (SIGINT, 0), (SIGTERM, 143), (SIGHUP, 129), (SIGQUIT, 131), (SIGSEGV, 139), (SIGTRAP, 133),
    ] {
      let terminal = try Terminal(replaying: Sample(calls: 300).recording)
      #expect(terminal.wait(for: "[1 Calls]"))
      terminal.signal(signal)
      #expect(terminal.isRestored(status: status), "after signal \(signal)")
    }
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

  @Test func withoutColorAndOnPoorTerminals() throws {
    for environment in ["NO_COLOR=1", "TERM=vt100", "LANG=C LC_ALL=C", "TERM=xterm-256color"] {
      let terminal = try Terminal(replaying: Sample(calls: 300).recording, environment: environment)
      #expect(terminal.wait(for: "[1 Calls]"), "with \(environment)")
      terminal.press("q")
      #expect(terminal.isRestored(status: 0), "with \(environment)")
    }
    // Debian has this one in a package of its own.
    if FileManager.default.fileExists(atPath: "/usr/share/terminfo/x/xterm-direct") {
      let terminal = try Terminal(replaying: Sample(calls: 300).recording, environment: "TERM=xterm-direct")
      #expect(terminal.wait(for: "[1 Calls]"))
      terminal.press("q")
      #expect(terminal.isRestored(status: 0))
    }
    // No screen can be shown there: the table comes instead.
    let terminal = try Terminal(replaying: Sample(calls: 300).recording, environment: "TERM=dumb")
    #expect(terminal.isRestored(status: 0))
    #expect(terminal.text.contains("page_fault"))
  }
}

/// A tmux session with a shell that runs ktop between two looks at the terminal's settings.
private final class Terminal {
  private let name = "apus-\(UInt32.random(in: 0...UInt32.max))"
  private let scratch = Scratch()

  convenience init(replaying recording: [UInt8], environment: String = "") throws {
    let scratch = Scratch()
    try self.init(command: "replay \(scratch.file("a.rec", recording))", environment: environment, keeping: scratch)
  }

  private var kept: Scratch?

  init(command: String, environment: String = "", keeping: Scratch? = nil) throws {
    kept = keeping
    let script = """
      cd \(scratch.path); export XDG_CONFIG_HOME=$PWD XDG_STATE_HOME=$PWD; stty -g > before
      env \(environment) \(Tool.path) \(command); echo $? > status; stty -g > after; touch done
      """
    _ = scratch.file("script", Array(script.utf8))
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "bash --norc --noprofile")
    press(". \(scratch.path)/script", "Enter")
  }

  deinit { tmux("kill-server") }

  var folder: String { scratch.path }

  var text: String { tmux("capture-pane", "-p", "-S", "-200") }

  func press(_ keys: String...) { tmux(["send-keys"] + keys) }

  func resize(columns: Int, rows: Int) { tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)") }

  /// Sends a signal to the ktop that runs here.
  func signal(_ number: Int32) {
    let pane = tmux("list-panes", "-F", "#{pane_pid}").trimmingCharacters(in: .whitespacesAndNewlines)
    let children = run("/usr/bin/pgrep", ["-P", pane, "-x", "ktop"]).split(separator: "\n")
    guard let process = children.first.flatMap({ Int32($0) }) else { return }
    kill(process, number)
  }

  func wait(for wanted: String) -> Bool { eventually { text.contains(wanted) } }

  /// Whether ktop ended with `status` and left settings, screen and cursor as they were.
  func isRestored(status: Int) -> Bool {
    guard
      eventually({ !scratch.read("done").isEmpty || FileManager.default.fileExists(atPath: scratch.path + "/done") })
    else { return false }
    let ended = String(decoding: scratch.read("status"), as: UTF8.self)
    let flags = tmux("display", "-p", "#{alternate_on}#{cursor_flag}#{keypad_cursor_flag}#{mouse_any_flag}")
    return scratch.read("before") == scratch.read("after") && !scratch.read("before").isEmpty
      && ended == "\(status)\n" && flags == "0100\n"
  }

  private func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<200 {
      if condition() { return true }
      usleep(50_000)
    }
    return false
  }

  @discardableResult private func tmux(_ arguments: String...) -> String { tmux(arguments) }

  @discardableResult private func tmux(_ arguments: [String]) -> String {
    run("/usr/bin/tmux", ["-L", name] + arguments)
  }

  private func run(_ path: String, _ arguments: [String]) -> String {
    // Not Foundation's Process: it waits for a socket that tmux's server inherits, and its signals are blocked.
    // A server that kept another test's pipe open would leave that test waiting for the pipe's end.
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, scratch.file("output"), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    guard posix_spawn(&process, path, &actions, &attributes, &words, environ) == 0 else { return "" }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return String(decoding: scratch.read("output"), as: UTF8.self)
  }
}
