// What a key can be bound to. The names are those of the configuration file.

enum Function: String, CaseIterable, Sendable {
  case quit, help, suspend, redraw
  case nextPanel = "next-panel"
  case previousPanel = "previous-panel"
  case panel1 = "panel-1"
  case panel2 = "panel-2"
  case panel3 = "panel-3"
  case panel4 = "panel-4"
  case panel5 = "panel-5"
  case panel6 = "panel-6"
  case panel7 = "panel-7"
  case panel8 = "panel-8"
  case panel9 = "panel-9"
  case up, down, left, right, top, bottom
  case pageUp = "page-up"
  case pageDown = "page-down"
  case open, back, filter, search
  case findNext = "find-next"
  case findPrevious = "find-previous"
  case sort
  case sortLeft = "sort-left"
  case sortRight = "sort-right"
  case invert, pause, mark, export, probes, reset, only
  case faster, slower
  case stepBack = "step-back"
  case stepForward = "step-forward"
  case leapBack = "leap-back"
  case leapForward = "leap-forward"
  case now
  case measure, window, freeze, orientation, blocks
  case order
  case leaveConsole = "leave-console"

  /// The panel that a function shows.
  var panel: Int? {
    rawValue.hasPrefix("panel-") ? Int(rawValue.dropFirst(6)).map { $0 - 1 } : nil
  }

  /// For the help screen; functions without a word are explained together with another.
  var meaning: String? {
    switch self {
    case .quit: return "quit"
    case .help: return "this help"
    case .suspend: return "suspend"
    case .redraw: return "draw anew"
    case .nextPanel: return "panels; digits choose one"
    case .up: return "move, with PgUp PgDn g G"
    case .open: return "explain the row, zoom in"
    case .back: return "back, zoom out, forget a filter"
    case .filter: return "filter by name"
    case .search: return "search; n and N for the next and previous"
    case .sort: return "sort by a column; < > the next one"
    case .invert: return "turn the order around"
    case .pause: return "pause the screen; collection goes on (in the past: play)"
    case .mark: return "mark: show what changes from here; again: show all"
    case .export: return "write what is shown to a file"
    case .probes: return "probes on and off"
    case .reset: return "reset the kernel's counts"
    case .only: return "record only what is chosen: a call, span, lock, process; again: everything"
    case .faster: return "with -: how often the screen changes, zoom of the timeline, speed of the past"
    case .stepBack: return "with ]: back and forth in time; { } by ten"
    case .now: return "back to now"
    case .measure: return "flame: samples, off-CPU, wake-up, lock wait, spans, counts"
    case .window: return "flame: all of the time, the last 60, 10, 3 s, or fading"
    case .freeze: return "flame: freeze"
    case .orientation: return "flame: root at the top or at the bottom"
    case .blocks: return "flame: two levels a line, or four in dots, without names"
    case .leaveConsole: return "console: stop typing to the machine"
    case .order: return "locks: the order of all classes"
    default: return nil
    }
  }
}
