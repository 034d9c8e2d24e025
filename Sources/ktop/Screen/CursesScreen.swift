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
  let window: UnsafeMutablePointer<WINDOW>
  private let theme: Theme
  let hasColor: Bool
  private let colors: Int
  private var pairs: [ColorPair: Int32] = [:]
  private var attributes: [Style: attr_t] = [:]

  /// Whether standard output is a terminal that a screen can be shown on.
  static var isPossible: Bool {
    guard isatty(1) == 1 else { return false }
    var status: Int32 = 0
    guard setupterm(nil, 1, &status) == 0, let move = tigetstr("cup") else { return false }
    return UInt(bitPattern: move) != UInt.max
  }

  /// - Parameters:
  ///   - theme: colours, where there are some and NO_COLOR is not set.
  ///   - takesMouse: clicks and the wheel come as keys.
  init(theme: Theme, takesMouse: Bool) throws {
    self.theme = theme
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
    if hasColor {
      start_color()
      use_default_colors()
    }
    colors = hasColor ? max(8, Int(tigetnum("colors"))) : 0
    TerminalRescue.arm()
    if takesMouse {
      mousemask(apus_mouse_events, nil)
      mouseinterval(0)
    }
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

  // MARK: Looks

  // What a style looks like, in ncurses' words. Pairs of colours are made when they are first asked for.
  private func attributes(of style: Style) -> attr_t {
    if let known = attributes[style] { return known }
    let look = theme.look(of: style)
    let made = hasColor ? colored(look) : plain(look, style)
    attributes[style] = made
    return made
  }

  private func colored(_ look: Look) -> attr_t {
    var result = Self.weight(look)
    if look.isReversed { result |= apus_reverse }
    let (foreground, background) = (look.foreground?.index(of: colors) ?? -1, look.background?.index(of: colors) ?? -1)
    guard foreground >= 0 || background >= 0 else { return result }
    let key = ColorPair(foreground: foreground, background: background)
    if let pair = pairs[key] { return result | apus_color_pair(pair) }
    // A pair is a byte of an attribute; a theme does not need more.
    guard pairs.count < 254 else { return result }
    let pair = Int32(pairs.count + 1)
    init_extended_pair(pair, foreground, background)
    pairs[key] = pair
    return result | apus_color_pair(pair)
  }

  // Without colours, a ground is told from none by reversing.
  private func plain(_ look: Look, _ style: Style) -> attr_t {
    switch style {
    case .fill(.heat(0)), .fill(.none): return 0
    case .halves: return 0
    case .barStrong, .fill(.found): return apus_reverse | apus_bold
    case .alarm: return apus_bold
    default: return Self.weight(look) | (look.background != nil || look.isReversed ? apus_reverse : 0)
    }
  }

  private static func weight(_ look: Look) -> attr_t {
    (look.isBold ? apus_bold : 0) | (look.isDim ? apus_dim : 0) | (look.isUnderlined ? apus_underline : 0)
  }

  private struct ColorPair: Hashable {
    var foreground: Int32
    var background: Int32
  }
}
