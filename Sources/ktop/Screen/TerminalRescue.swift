// Gives the terminal back when this process dies of its own fault: a handler of fatal signals that uses only what is
// safe there, with everything it needs fetched before, and a stack of its own: the fault may be that there is no other.

import CNCurses
import Glibc

enum TerminalRescue {
  nonisolated(unsafe) private static var settings = termios()
  nonisolated(unsafe) private static var input: Int32 = -1
  nonisolated(unsafe) private static var farewell: UnsafeMutableBufferPointer<UInt8>?

  /// Remembers the terminal as it is, before ncurses changes it.
  static func prepare(input descriptor: Int32) {
    guard tcgetattr(descriptor, &settings) == 0 else { return }
    input = descriptor
  }

  /// Asks terminfo for the way out, and watches for fatal signals and exits. On the thread that shows the screen: a
  /// stack for signals belongs to one thread.
  static func arm() {
    provideStack()
    // The mouse is not in terminfo's way out.
    var bytes = sequence("kmous").isEmpty ? [] : Array("\u{1b}[?1000l\u{1b}[?1006l".utf8)
    for name in ["rmcup", "cnorm", "sgr0", "rmkx"] { bytes += sequence(name) }
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = buffer.initialize(from: bytes)
    farewell = buffer
    for signal in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT] { watch(signal) }
    atexit { if !isendwin() { endwin() } }
  }

  private static let stackBytes = 1 << 16

  // For as long as the process lives.
  private static func provideStack() {
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: stackBytes, alignment: 16)
    stack.ss_size = stackBytes
    sigaltstack(&stack, nil)
  }

  private static func watch(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { TerminalRescue.rescue($0) }
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND) | UInt32(SA_ONSTACK))
    sigaction(number, &action, nil)
  }

  // The signal is raised again by returning to what caused it, or here.
  private static func rescue(_ number: Int32) {
    if let farewell { _ = write(1, farewell.baseAddress, farewell.count) }
    if input >= 0 { tcsetattr(input, TCSANOW, &settings) }
    raise(number)
  }

  // A terminfo string without its padding, `$<5>`.
  private static func sequence(_ name: String) -> [UInt8] {
    guard let text = tigetstr(name), UInt(bitPattern: text) != UInt.max else { return [] }
    let bytes = Array(String(cString: text).utf8)
    guard let padding = bytes.firstIndex(of: UInt8(ascii: "$")) else { return bytes }
    return Array(bytes[..<padding])
  }
}
