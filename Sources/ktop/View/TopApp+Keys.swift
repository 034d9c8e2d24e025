// What keys do. Which keys, the key map says.

import Tracer

extension TopApp {
  /// Takes a key and says what the outside has to do.
  mutating func handle(_ key: Key) -> Action? {
    message = nil
    switch keys[key] {
    case .suspend: return .suspend
    case .redraw: return .redraw
    default: break
    }
    if key == .interrupt { return .quit }
    switch mode {
    case .page: return handleOnPage(key)
    case .help(let top): return handleInHelp(key, top)
    case .typing(let prompt, let before): return handleTyping(key, prompt, before)
    case .menu(let kind, let menu): return handleMenu(key, kind, menu)
    }
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
  private mutating func changePace(_ function: Function) {
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

  // MARK: Tables

  private mutating func onTable(_ function: Function, _ state: inout TableState) {
    let rows = self.rows
    switch function {
    case .up: state.move(by: -1, in: rows)
    case .down: state.move(by: 1, in: rows)
    case .pageUp: state.move(by: -max(1, area.height - 1), in: rows)
    case .pageDown: state.move(by: max(1, area.height - 1), in: rows)
    case .top: state.selected = nil
    case .bottom: state.select(rows.count - 1, in: rows)
    case .sort: openSortMenu(state)
    case .sortLeft, .left: shiftSortColumn(&state, by: -1)
    case .sortRight, .right: shiftSortColumn(&state, by: 1)
    case .invert: state.isInverted.toggle()
    case .open:
      guard !rows.isEmpty else { return }
      let row = rows[state.selectedIndex(in: rows)]
      state.selected = row.id
      page = .table(state)
      return follow(row.link)
    case .back: state.filter = ""
    default: changePace(function)
    }
    page = .table(state)
  }

  private func shiftSortColumn(_ state: inout TableState, by distance: Int) {
    guard let panel = active.panel else { return }
    let count = panel.columns.count + 1
    state.sortColumn = (state.sortColumn + 1 + distance + count) % count - 1
  }

  /// The active panel's rows as they are shown.
  var rows: [PanelRow] {
    guard case .table(let state) = page, let panel = active.panel else { return [] }
    return state.arranged(panel.rows(of: shown))
  }

  // MARK: Links

  mutating func follow(_ link: Link?) {
    switch link {
    case .subject(let subject): push(.document(subject, DocumentState()))
    case .flame(let path):
      var state = FlameState()
      state.kind = .spans
      state.zoom = path
      state.selected = path
      push(.flame(state))
    case .timeline(let start, let end, let thread):
      var state = TimelineState()
      let margin = max(16, (end - start) / 2)
      state.window = TimelineState.Window(start: start > margin ? start - margin : 0, end: end + margin)
      state.cursor = start + (end - start) / 2
      state.lane = thread.map { .thread($0) }
      push(.timeline(state))
    case nil: message = "there is no more to say about it"
    }
  }

  // MARK: Documents

  func view(_ subject: Subject, _ state: DocumentState) -> DocumentView {
    let explain = Explain(snapshot: shown, width: area.width, isUnicode: area.isUnicode)
    return DocumentView(explain.document(subject), filter: state.filter)
  }

  private mutating func onDocument(_ function: Function, _ subject: Subject, _ state: inout DocumentState) {
    let view = view(subject, state)
    switch function {
    case .up: view.move(&state, by: -1, height: area.height)
    case .down: view.move(&state, by: 1, height: area.height)
    case .pageUp: view.move(&state, by: -area.height, height: area.height)
    case .pageDown: view.move(&state, by: area.height, height: area.height)
    case .top: state = DocumentState(filter: state.filter)
    case .bottom:
      state.selected = view.lines.lastIndex { $0.link != nil }
      state.top = view.lines.count
    case .open:
      guard let selected = view.selected(state) else { return message = "arrows choose a line" }
      page = .document(subject, state)
      return follow(view.lines[selected].link)
    case .back:
      if state.filter.isEmpty {
        if pop() { return }
      } else {
        state.filter = ""
      }
    default: changePace(function)
    }
    page = .document(subject, state)
  }

  // MARK: Pictures

  private mutating func onFlame(_ function: Function, _ state: inout FlameState) {
    let view = FlameView(state, shown, search: searchText)
    let (toLeaves, toRoot): (Function, Function) = state.isIcicle ? (.down, .up) : (.up, .down)
    switch function {
    case toLeaves: view.move(&state, .toLeaves, width: area.width)
    case toRoot: view.move(&state, .toRoot, width: area.width)
    case .left: view.move(&state, .left, width: area.width)
    case .right: view.move(&state, .right, width: area.width)
    case .pageDown, .pageUp: state.top += function == .pageDown ? area.height : -area.height
    case .top: state.selected = state.zoom
    case .open: state.zoom = state.selected
    case .back:
      if !state.zoom.isEmpty {
        state.selected = state.zoom
        state.zoom.removeLast()
      } else if !state.filter.isEmpty {
        state.filter = ""
      } else if pop() {
        return
      }
    case .measure:
      state.kind = view.kind.next
      state.frozen = nil
    case .window:
      state.window = (state.window + 1) % FlameState.windows.count
      if view.kind.stacks != nil {
        message = "counted stacks are since boot, reset or mark: \(keys.name(of: .mark)) marks"
      }
    case .freeze: state.frozen = state.frozen == nil ? FlameView(state, shown, search: "").tree : nil
    case .orientation: state.isIcicle.toggle()
    case .blocks:
      state.isCompact.toggle()
      if state.isCompact && !area.isUnicode { message = "half blocks need a UTF-8 terminal" }
    default: changePace(function)
    }
    page = .flame(state)
  }

  private mutating func onTimeline(_ function: Function, _ state: inout TimelineState) {
    guard let view = TimelineView(state, shown) else {
      if function == .back, pop() { return }
      return changePace(function)
    }
    let width = max(1, area.width - TimelineView.labelWidth)
    switch function {
    case .up: view.moveLane(&state, by: -1)
    case .down: view.moveLane(&state, by: 1)
    case .pageUp: view.moveLane(&state, by: -max(1, area.height - 2))
    case .pageDown: view.moveLane(&state, by: max(1, area.height - 2))
    case .left: view.moveCursor(&state, by: -1, width: width)
    case .right: view.moveCursor(&state, by: 1, width: width)
    case .sortLeft: view.moveCursor(&state, by: -width / 4, width: width)
    case .sortRight: view.moveCursor(&state, by: width / 4, width: width)
    case .top: state = TimelineState()
    case .faster: view.zoom(&state, closer: true, width: width)
    case .slower: view.zoom(&state, closer: false, width: width)
    case .open: if !view.zoomToEvent(&state) { message = "there is nothing under the cursor" }
    case .back:
      if let earlier = state.earlier.popLast() {
        state.window = earlier
      } else if !state.filter.isEmpty {
        state.filter = ""
      } else if pop() {
        return
      } else {
        state.window = nil
      }
    default: break
    }
    page = .timeline(state)
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
      page = .console(state)
      return beginTyping(.console, "")
    default: changePace(function)
    }
    page = .console(state)
  }
}
