// What a person can press.

enum Key: Equatable, Hashable {
  case character(Character)
  case enter, escape, backspace, tab, backTab
  case up, down, left, right, pageUp, pageDown, home, end
  case function(Int)
  /// ^C and ^Z.
  case interrupt, suspend
  /// ^L: draw everything anew.
  case redraw
}
