// The console of a machine that was started here: what it says, kept in a file and shown as a terminal, and a way to
// type to it.

import CNCurses
import Glibc
import Recordings

final class GuestConsole {
  private let terminal: TerminalEmulator
  private let line: LineSource
  private var hasBegun = false
  private let file: Int32
  private var size: Size
  /// What the machine has to be told.
  private(set) var untoldSize: Size?
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 8)

  /// Rows and columns.
  struct Size: Equatable, Sendable {
    var rows = 24
    var columns = 80

    /// What this terminal has room for, below which a line says how to get out. Programs want some room all the same.
    static var ofThisTerminal: Size {
      var size = winsize()
      guard apus_window_size(1, &size) == 0, size.ws_row > 1, size.ws_col > 1 else { return Size() }
      return Size(rows: min(500, max(8, Int(size.ws_row) - 1)), columns: min(500, max(40, Int(size.ws_col))))
    }
  }

  /// - Parameters:
  ///   - path: of the pair of FIFOs that is the console.
  ///   - copy: the file that gets all of it.
  init(pipe path: String, copy: String, size: Size) throws {
    terminal = TerminalEmulator(rows: size.rows, columns: size.columns)
    self.size = size
    line = try FIFOPair.open(path, label: "console")
    file = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw ToolError.ofErrno(.inputOutput, "cannot write \(copy)") }
    descriptor = line.descriptor
  }

  deinit {
    close(file)
    buffer.deallocate()
  }

  var takesInput: Bool { true }
  var picture: TerminalPicture { terminal.picture }
  /// What to poll; nil when the machine has gone: a FIFO that nobody writes to any more is always ready.
  private(set) var descriptor: Int32?

  /// Takes what has been said; true when there was something. Never waits: the machine would wait for a full FIFO.
  func pump() -> Bool {
    var hasNews = false
    while true {
      let arrival = line.read(into: buffer)
      guard case .bytes(let count) = arrival else {
        if case .ended = arrival, hasBegun { descriptor = nil }
        break
      }
      (hasNews, hasBegun) = (true, true)
      let bytes = Array(buffer.prefix(count))
      _ = writeAll(bytes, to: file)
      let answer = terminal.feed(bytes)
      if !answer.isEmpty { _ = line.send(answer) }
    }
    return hasNews
  }

  /// Has room for another size from now on.
  func resize(to new: Size) {
    guard new != size else { return }
    size = new
    terminal.resize(rows: new.rows, columns: new.columns)
    untoldSize = new
  }

  /// The machine has been told.
  func sizeIsTold() { untoldSize = nil }

  /// Types a key; false when the machine does not read.
  func press(_ key: Key) -> Bool {
    let bytes = terminal.bytes(for: key)
    return bytes.isEmpty || line.send(bytes)
  }
}
