// What a person can press, and how it is named in messages and in the configuration.

enum Key: Equatable, Hashable, Sendable {
  case character(Character)
  case enter, escape, backspace, tab, backTab
  case up, down, left, right, pageUp, pageDown, home, end, insert, delete
  case function(Int)
  /// ^C and ^Z.
  case interrupt, suspend
  /// ^L: draw everything anew.
  case redraw
  /// Another control character, by its code.
  case control(UInt8)
  /// The mouse.
  case click(row: Int, column: Int)
  case wheelUp, wheelDown

  private static let names: [(name: String, key: Key)] = [
    ("Space", .character(" ")), ("Enter", .enter), ("Esc", .escape), ("Backspace", .backspace), ("Tab", .tab),
    ("BackTab", .backTab), ("Up", .up), ("Down", .down), ("Left", .left), ("Right", .right), ("PgUp", .pageUp),
    ("PgDn", .pageDown), ("Home", .home), ("End", .end), ("Ins", .insert), ("Del", .delete), ("^C", .interrupt),
    ("^Z", .suspend), ("^L", .redraw),
    ("WheelUp", .wheelUp), ("WheelDown", .wheelDown),
  ]

  /// A key by its name: a character, `F1` to `F12`, `^A`, or a word such as `PgUp`.
  init?(named name: String) {
    if name.count == 1, let character = name.first, character.isASCII {
      self = .character(character)
    } else if name.first == "F", let number = Int(name.dropFirst()), (1...12).contains(number) {
      self = .function(number)
    } else if name.utf8.count == 2, name.first == "^", let code = name.utf8.last, (64..<96).contains(code),
      !Self.names.contains(where: { $0.name == name })
    {
      self = .control(code - 64)
    } else if let key = Self.names.first(where: { $0.name == name })?.key {
      self = key
    } else {
      return nil
    }
  }

  var name: String {
    if let name = Self.names.first(where: { $0.key == self })?.name { return name }
    switch self {
    case .character(let character): return String(character)
    case .function(let number): return "F\(number)"
    case .control(let code): return "^" + String(UnicodeScalar(code + 64))
    default: return "mouse"
    }
  }
}
