// Which key does what: htop's and less's where these agree, unless the configuration says otherwise.

struct KeyMap: Sendable, Equatable {
  private var functions: [Key: Function] = [:]

  init() {
    for (function, keys) in Self.usual {
      for key in keys { functions[key] = function }
    }
  }

  subscript(key: Key) -> Function? { functions[key] }

  /// Gives a function other keys; those it had are free.
  mutating func bind(_ function: Function, to keys: [Key]) {
    functions = functions.filter { $0.value != function }
    for key in keys { functions[key] = function }
  }

  /// The keys of a function, the usual first.
  func keys(of function: Function) -> [Key] {
    let usual = Self.usual.first { $0.0 == function }?.1 ?? []
    let bound = functions.filter { $0.value == function }.map(\.key)
    return usual.filter(bound.contains) + bound.filter { !usual.contains($0) }.sorted { $0.name < $1.name }
  }

  /// The key that help and the bottom line name.
  func name(of function: Function) -> String { keys(of: function).first?.name ?? "-" }

  private static func characters(_ text: String) -> [Key] { text.map { .character($0) } }

  private static let usual: [(Function, [Key])] =
    [
      (.quit, [.character("q"), .function(10), .interrupt]), (.help, characters("?") + [.function(1)]),
      (.suspend, [.suspend]), (.redraw, [.redraw]), (.nextPanel, [.tab]), (.previousPanel, [.backTab]),
      (.up, [.up, .character("k"), .wheelUp]), (.down, [.down, .character("j"), .wheelDown]),
      (.left, [.left, .character("h")]), (.right, [.right, .character("l")]), (.top, [.home, .character("g")]),
      (.bottom, [.end, .character("G")]), (.pageUp, [.pageUp]), (.pageDown, [.pageDown]), (.open, [.enter]),
      (.back, [.escape, .backspace]), (.filter, [.character("\\"), .function(4)]),
      (.search, [.character("/"), .function(3)]), (.findNext, characters("n")), (.findPrevious, characters("N")),
      (.sort, [.character("s"), .function(6)]), (.sortLeft, characters("<,")), (.sortRight, characters(">.")),
      (.invert, characters("I")), (.pause, characters(" p") + [.function(5)]), (.mark, characters("m")),
      (.export, characters("w")), (.probes, characters("ed") + [.function(7)]),
      (.reset, [.character("r"), .function(8)]), (.faster, characters("+")), (.slower, characters("-")),
      (.stepBack, characters("[")), (.stepForward, characters("]")), (.leapBack, characters("{")),
      (.leapForward, characters("}")), (.now, characters("=")), (.measure, characters("v")),
      (.window, characters("t")), (.freeze, characters("f")), (.orientation, characters("i")),
      (.blocks, characters("b")), (.only, characters("o")), (.order, characters("O")), (.leaveConsole, [.control(29)]),
    ]
    + (1...9).map { (Function(rawValue: "panel-\($0)") ?? .help, [.character(Character("\($0)"))]) }
}
