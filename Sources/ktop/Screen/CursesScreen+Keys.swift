// What ncurses says was pressed, as keys.

import CNCurses
import Glibc

extension CursesScreen {
  /// False when nobody can press keys any more.
  var isInputOpen: Bool {
    var waiting = pollfd(fd: inputDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, 0) <= 0 || waiting.revents & Int16(POLLHUP | POLLERR | POLLNVAL) == 0
  }

  /// The next key that was pressed; nil when there is none.
  func nextKey() -> Key? {
    while true {
      var code: wint_t = 0
      switch wget_wch(window, &code) {
      case KEY_CODE_YES where Int32(code) == KEY_MOUSE: if let key = Self.mouse() { return key }
      case KEY_CODE_YES: if let key = Self.key(Int32(code)) { return key }
      case OK: if let key = Self.character(code) { return key }
      default: return nil
      }
    }
  }

  private static func key(_ code: Int32) -> Key? {
    (KEY_F0 + 1...KEY_F0 + 12).contains(code) ? .function(Int(code - KEY_F0)) : special[code]
  }

  private static func character(_ code: UInt32) -> Key? {
    if code < 128, let key = special[Int32(code)] { return key }
    if code < 32 { return .control(UInt8(code)) }
    return UnicodeScalar(code).map { .character(Character($0)) }
  }

  private static func mouse() -> Key? {
    var event = MEVENT()
    guard getmouse(&event) == OK else { return nil }
    let state = event.bstate
    if state & apus_wheel_up != 0 { return .wheelUp }
    if state & apus_wheel_down != 0 { return .wheelDown }
    guard state & apus_button_pressed != 0 else { return nil }
    return .click(row: Int(event.y), column: Int(event.x))
  }

  private static let special: [Int32: Key] = [
    3: .interrupt, 26: .suspend, 12: .redraw, 9: .tab, 10: .enter, 13: .enter, 27: .escape, 8: .backspace,
    127: .backspace, KEY_BACKSPACE: .backspace, KEY_BTAB: .backTab, KEY_ENTER: .enter, KEY_UP: .up, KEY_DOWN: .down,
    KEY_LEFT: .left, KEY_RIGHT: .right, KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_HOME: .home, KEY_END: .end,
    KEY_IC: .insert, KEY_DC: .delete,
  ]
}
