// The terminal, through ncurses. One thread, one instance.
//
// Whatever happens, the terminal is given back as it was: `leave` on the ordinary ways out, at exit, and in the handler
// of fatal signals.

import CNCurses
import Glibc
import Recordings

final class CursesScreen: Screen {
  let isUnicode: Bool
  let inputDescriptor: Int32
  private let handle: OpaquePointer
  private let hasColor: Bool
  private let window: UnsafeMutablePointer<WINDOW>

  /// Whether standard output is a terminal that a screen can be shown on.
  static var isPossible: Bool {
    guard isatty(1) == 1 else { return false }
    var status: Int32 = 0
    guard setupterm(nil, 1, &status) == 0, let move = tigetstr("cup") else { return false }
    return UInt(bitPattern: move) != UInt.max
  }

  init() throws {
    setlocale(LC_CTYPE, "")
    isUnicode = String(cString: nl_langinfo(Int32(CODESET))) == "UTF-8"
    let input = isatty(0) == 1 ? fdopen(0, "r") : fopen("/dev/tty", "r+")
    guard let input else { throw ToolError(.unavailable, "no terminal to read keys from") }
    inputDescriptor = fileno(input)
    TerminalRescue.prepare(input: inputDescriptor)
    guard let handle = newterm(nil, fdopen(1, "w"), input) else {
      throw ToolError(.unavailable, "cannot use this terminal")
    }
    self.handle = handle
    window = apus_stdscr()
    hasColor = getenv("NO_COLOR").map { $0.pointee == 0 } ?? true && has_colors()
    if hasColor { Self.startColors() }
    TerminalRescue.arm()
    enter()
  }

  deinit {
    leave()
    delscreen(handle)
  }

  var rows: Int { Int(getmaxy(window)) }
  var columns: Int { Int(getmaxx(window)) }

  func erase() { _ = werase(window) }

  func put(_ text: String, row: Int, column: Int, style: Style) {
    wattrset(window, Int32(bitPattern: attributes(of: style)))
    wmove(window, Int32(row), Int32(column))
    waddnstr(window, text, -1)
    wattrset(window, 0)
  }

  func show() { _ = wrefresh(window) }

  /// Takes the terminal, at the start and after having been suspended.
  func enter() {
    raw()
    noecho()
    nonl()
    keypad(window, true)
    nodelay(window, true)
    set_escdelay(25)
    curs_set(0)
    resize()
    wrefresh(window)
  }

  /// Gives the terminal back.
  func leave() { if !isendwin() { endwin() } }

  func redrawEverything() { _ = wclear(window) }

  /// Takes the terminal's size as it is now.
  func resize() {
    var size = winsize()
    guard apus_window_size(1, &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return }
    resizeterm(Int32(size.ws_row), Int32(size.ws_col))
    wclear(window)
  }

  // MARK: Keys

  /// False when nobody can press keys any more.
  var isInputOpen: Bool {
    var waiting = pollfd(fd: inputDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, 0) <= 0 || waiting.revents & Int16(POLLHUP | POLLERR | POLLNVAL) == 0
  }

  /// The next key that was pressed; nil when there is none.
  func nextKey() -> Key? {
    while true {
      let code = wgetch(window)
      guard code != ERR else { return nil }
      if let key = Self.key(code) { return key }
    }
  }

  private static func key(_ code: Int32) -> Key? {
    if let key = special[code] { return key }
    if (KEY_F0 + 1...KEY_F0 + 12).contains(code) { return .function(Int(code - KEY_F0)) }
    guard (32...126).contains(code) else { return nil }
    return .character(Character(UnicodeScalar(UInt8(code))))
  }

  private static let special: [Int32: Key] = [
    3: .interrupt, 26: .suspend, 12: .redraw, 9: .tab, 10: .enter, 13: .enter, 27: .escape, 8: .backspace,
    127: .backspace, KEY_BACKSPACE: .backspace, KEY_BTAB: .backTab, KEY_ENTER: .enter, KEY_UP: .up, KEY_DOWN: .down,
    KEY_LEFT: .left, KEY_RIGHT: .right, KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_HOME: .home, KEY_END: .end,
  ]

  // MARK: Looks

  private static let (green, red, barPair, selectedPair, cyan) = (Int32(1), Int32(2), Int32(3), Int32(4), Int32(5))

  private static func startColors() {
    start_color()
    use_default_colors()
    let pairs: [(Int32, Int32, Int32)] = [
      (green, COLOR_GREEN, -1), (red, COLOR_RED, -1), (barPair, COLOR_BLACK, COLOR_GREEN),
      (selectedPair, COLOR_BLACK, COLOR_CYAN), (cyan, COLOR_CYAN, -1),
    ]
    for (pair, foreground, background) in pairs {
      init_pair(Int16(pair), Int16(foreground), Int16(background))
    }
  }

  private func attributes(of style: Style) -> attr_t {
    func color(_ pair: Int32, otherwise: attr_t = 0) -> attr_t { hasColor ? apus_color_pair(pair) : otherwise }
    switch style {
    case .normal: return 0
    case .strong: return apus_bold
    case .faint: return apus_dim
    case .bar: return color(Self.barPair, otherwise: apus_reverse)
    case .barStrong: return color(Self.selectedPair, otherwise: apus_reverse | apus_bold)
    case .selected: return color(Self.selectedPair, otherwise: apus_reverse)
    case .good: return color(Self.green)
    case .alarm: return color(Self.red) | apus_bold
    case .key: return apus_bold
    case .keyLabel: return color(Self.selectedPair, otherwise: apus_reverse)
    }
  }
}
