// Which colours and attributes a style has. Themes are text, a line a style:
//
//     selected = black on cyan bold
//
// so that anybody can write one. A line is `NAME = [COLOUR] [on COLOUR] [bold] [dim] [underline] [reverse]`; `#` in the
// first column begins a comment; what is not said is as in the theme "dark".

import Recordings

struct Look: Hashable, Sendable {
  var foreground: Color?
  var background: Color?
  var isBold = false
  var isDim = false
  var isUnderlined = false
  var isReversed = false
}

extension Look {
  init(_ look: TerminalLook) {
    foreground = Color(ofTerminal: look.foreground)
    background = Color(ofTerminal: look.background)
    isBold = look.isBold
    isUnderlined = look.isUnderlined
    isReversed = look.isReversed
  }
}

struct Theme: Sendable {
  private(set) var looks: [Style: Look] = [:]
  /// What pictures put behind everything, and what text has there.
  private(set) var page = Look()

  /// Reads a theme over `base`.
  /// - Throws: `ToolError` (bad input) with the number of the first line that is none.
  init(parsing text: String, over base: Theme? = nil, file: String) throws(ToolError) {
    if let base { self = base }
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.trimmed
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      guard let (name, value) = line.splitOnce("="), let look = Self.look(value.trimmed), set(name.trimmed, look) else {
        throw ToolError(.badInput, "\(file):\(number + 1): '\(line)' is no line of a theme")
      }
    }
  }

  func look(of style: Style) -> Look {
    if let look = looks[style] { return look }
    switch style {
    case .halves(let upper, let lower):
      return Look(foreground: looks[.fill(upper)]?.background, background: looks[.fill(lower)]?.background)
    case .terminal(let look): return Look(look)
    default: return Look()
    }
  }

  /// Styles by the names that themes have for them.
  static let names: [(name: String, style: Style)] =
    [
      ("normal", .normal), ("strong", .strong), ("faint", .faint), ("bar", .bar), ("bar-strong", .barStrong),
      ("selected", .selected), ("good", .good), ("alarm", .alarm), ("key", .key), ("key-label", .keyLabel),
      ("graph", .graph), ("found", .found), ("flame-found", .fill(.found)), ("cursor", .fill(.cursor)),
    ] + (0..<Paint.flameCount).map { ("flame-\($0)", .fill(.flame($0))) }
    + (0..<Paint.heatCount).map { ("heat-\($0)", .fill(.heat($0))) }

  private mutating func set(_ name: String, _ look: Look) -> Bool {
    if name == "page" {
      page = look
      return true
    }
    guard let style = Self.names.first(where: { $0.name == name })?.style else { return false }
    looks[style] = look
    return true
  }

  private static func look(_ text: String) -> Look? {
    var look = Look()
    var isBackground = false
    for word in text.split(separator: " ").map(String.init) {
      switch word {
      case "on": isBackground = true
      case "bold": look.isBold = true
      case "dim": look.isDim = true
      case "underline": look.isUnderlined = true
      case "reverse": look.isReversed = true
      case "default": isBackground = false
      default:
        guard let color = Color(parsing: word) else { return nil }
        if isBackground { look.background = color } else { look.foreground = color }
        isBackground = false
      }
    }
    return look
  }
}

extension StringProtocol {
  var trimmed: String {
    var text = Substring(self)
    while let first = text.first, first == " " || first == "\t" || first == "\r" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return String(text)
  }

  /// What is before and behind the first `separator`.
  func splitOnce(_ separator: Character) -> (String, String)? {
    guard let index = firstIndex(of: separator) else { return nil }
    return (String(self[..<index]), String(self[self.index(after: index)...]))
  }
}

extension Theme {
  /// All styles alike.
  static var empty: Theme { Theme() }

  private init() {}

  /// As a theme file.
  var text: String {
    ([("page", page)] + Self.names.map { ($0.name, look(of: $0.style)) })
      .map { "\($0) =\($1.text)" }.joined(separator: "\n") + "\n"
  }
}

extension Look {
  fileprivate var text: String {
    var words: [String] = []
    if let foreground { words.append(foreground.name) }
    if let background { words += ["on", background.name] }
    if isBold { words.append("bold") }
    if isDim { words.append("dim") }
    if isUnderlined { words.append("underline") }
    if isReversed { words.append("reverse") }
    return words.map { " " + $0 }.joined()
  }
}

extension Color {
  fileprivate var name: String {
    guard let basic else { return hexadecimal }
    return (basic < 8 ? "" : "bright-") + Self.names[basic % 8]
  }
}
