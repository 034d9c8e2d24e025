// A terminal for ktop to run on: a tmux session with a shell that runs it between two looks at the terminal's settings.
import Foundation

final class Terminal {
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
      cd \(scratch.path); export XDG_CONFIG_HOME=$PWD XDG_STATE_HOME=$PWD; unset NO_COLOR; stty -g > before
      env \(environment) \(Tool.path) \(command); echo $? > status; stty -g > after; touch done
      """
    _ = scratch.file("script", Array(script.utf8))
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "bash --norc --noprofile")
    press(". \(scratch.path)/script", "Enter")
  }

  deinit { tmux("kill-server") }

  var folder: String { scratch.path }

  var text: String { tmux("capture-pane", "-p", "-S", "-200") }

  /// The text with its sequences for colours.
  var colors: String { tmux("capture-pane", "-p", "-e") }

  func press(_ keys: String...) { tmux(["send-keys"] + keys) }

  /// Letters as they are, and the key Enter.
  func type(_ line: String) {
    tmux(["send-keys", "-l", line])
    press("Enter")
  }

  func resize(columns: Int, rows: Int) { tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)") }

  /// Sends a signal to the ktop that runs here.
  func signal(_ number: Int32) {
    let pane = tmux("list-panes", "-F", "#{pane_pid}").trimmingCharacters(in: .whitespacesAndNewlines)
    let children = run("/usr/bin/pgrep", ["-P", pane, "-x", "ktop"]).split(separator: "\n")
    guard let process = children.first.flatMap({ Int32($0) }) else { return }
    kill(process, number)
  }

  /// Whether a text comes on the screen; what is there instead is printed.
  func wait(for wanted: String) -> Bool {
    if eventually({ text.contains(wanted) }) { return true }
    print("\(wanted) never came on this screen:\n\(text)")
    return false
  }

  /// Whether a text comes in a line of the screen, counted from 1.
  func hasLine(_ number: Int, with wanted: String) -> Bool {
    let isThere = eventually {
      let lines = tmux("capture-pane", "-p").split(separator: "\n", omittingEmptySubsequences: false)
      return lines.indices.contains(number - 1) && lines[number - 1].contains(wanted)
    }
    if !isThere { print("\(wanted) never came in line \(number) of this screen:\n\(text)") }
    return isThere
  }

  /// Whether a sequence for a colour comes on the screen.
  func waitForColor(_ isWanted: (String) -> Bool) -> Bool { eventually { isWanted(colors) } }

  /// Whether ktop ended with `status` and left settings, screen and cursor as they were.
  func isRestored(status: Int) -> Bool {
    guard eventually({ FileManager.default.fileExists(atPath: scratch.path + "/done") }) else { return false }
    let ended = String(decoding: scratch.read("status"), as: UTF8.self)
    let (before, after) = (scratch.read("before"), scratch.read("after"))
    // What ktop has written last may still be on its way into the terminal.
    let isScreenBack = eventually {
      tmux("display", "-p", "#{alternate_on}#{cursor_flag}#{keypad_cursor_flag}#{mouse_any_flag}") == "0100\n"
    }
    return before == after && !before.isEmpty && ended == "\(status)\n" && isScreenBack
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
