// What keys do. Which keys, the key map says.

import Tracer

extension TopApp {
  /// Takes a key and says what the outside has to do.
  mutating func handle(_ key: Key) -> Action? {
    message = nil
    if mode == .machine { return handleForMachine(key) }
    switch keys[key] {
    case .suspend: return .suspend
    case .redraw: return .redraw
    default: break
    }
    if key == .interrupt { return .quit }
    switch mode {
    case .page: return handleOnPage(key)
    case .help(let top): return handleInHelp(key, top)
    case .typing(let prompt): return handleTyping(key, prompt)
    case .menu(let kind, let menu): return handleMenu(key, kind, menu)
    case .machine: return nil
    }
  }

  // Even ^C and ^Z are the machine's.
  private mutating func handleForMachine(_ key: Key) -> Action? {
    guard keys[key] != .leaveConsole else {
      mode = .page
      return nil
    }
    return .press(key)
  }

  private mutating func handleInHelp(_ key: Key, _ top: Int) -> Action? {
    switch keys[key] {
    case .down: mode = .help(top + 1)
    case .up: mode = .help(max(0, top - 1))
    case .pageDown, .pause: mode = .help(top + area.height)
    case .pageUp: mode = .help(max(0, top - area.height))
    default: mode = .page
    }
    return key == .function(10) ? .quit : nil
  }

  // MARK: Pages

  private mutating func handleOnPage(_ key: Key) -> Action? {
    if case .click(let row, let column) = key { return click(row: row, column: column) }
    guard let function = keys[key] else { return nil }
    if let panel = function.panel {
      show(panel)
      return nil
    }
    return everywhere(function) ?? onPage(function)
  }

  // Nil also for what is no matter of every page: then it is the page's.
  private mutating func everywhere(_ function: Function) -> Action? {
    switch function {
    case .quit: return .quit
    case .reset: return .send(.reset)
    case .only: return toggleOnly()
    case .stepBack: return step(by: -1)
    case .stepForward: return step(by: 1)
    case .leapBack: return step(by: -10)
    case .leapForward: return step(by: 10)
    case .now: return goToNow()
    case .help: mode = .help(0)
    case .nextPanel: show((active.rawValue + 1) % Tab.allCases.count)
    case .previousPanel: show((active.rawValue + Tab.allCases.count - 1) % Tab.allCases.count)
    case .filter: beginFilter()
    case .search: beginTyping(.search, searchText)
    case .findNext: find(forward: true)
    case .findPrevious: find(forward: false)
    case .pause: if travel.position != nil { togglePlaying() } else { togglePause() }
    case .mark: toggleMark()
    case .export: openExportMenu()
    case .probes: openProbeMenu()
    default: break
    }
    return nil
  }

  private mutating func onPage(_ function: Function) -> Action? {
    switch page {
    case .table(var state):
      onTable(function, &state)
    case .document(let subject, var state):
      onDocument(function, subject, &state)
    case .flame(var state):
      onFlame(function, &state)
    case .timeline(var state):
      onTimeline(function, &state)
    case .console(var state):
      onConsole(function, &state)
    }
    return nil
  }

  /// + and - where the page has no use for them.
  mutating func changePace(_ function: Function) {
    guard function == .faster || function == .slower else { return }
    if travel.position != nil {
      travel.changeSpeed(by: function == .faster ? 1 : -1)
    } else {
      let faster = Settings.intervals.last { $0 < interval } ?? Settings.intervals[0]
      let slower = Settings.intervals.first { $0 > interval } ?? interval
      interval = function == .faster ? faster : slower
      message = "a picture every \(interval) s"
    }
  }

  private mutating func onConsole(_ function: Function, _ state: inout ConsoleState) {
    switch function {
    case .up: state.back += 1
    case .down: state.back -= 1
    case .pageUp: state.back += area.height - 1
    case .pageDown: state.back -= area.height - 1
    case .top: state.back = .max / 2
    case .bottom: state.back = 0
    case .back: state.filter = ""
    case .open:
      guard canType else { return message = "this console takes no input; ktop run has one that does" }
      mode = .machine
    default: changePace(function)
    }
    page = .console(state)
  }
}
