// Draws who ran on each CPU and what each thread did, over time, and moves in it.
//
// From the log of the last events received; what was lost leaves gaps that look like idling.

import TraceModel
import Tracer

struct TimelineView {
  static let labelWidth = 16

  let snapshot: Snapshot
  let window: TimelineState.Window
  let lanes: [Lane]
  let events: [Lane: [TraceEvent]]

  init?(_ state: TimelineState, _ snapshot: Snapshot) {
    guard let extent = snapshot.activity.log.extent else { return nil }
    let window = state.window ?? TimelineState.Window(start: extent.first, end: max(extent.last, extent.first + 1))
    self.snapshot = snapshot
    self.window = window
    var events: [Lane: [TraceEvent]] = [:]
    let needle = state.filter.lowercased()
    var lastSwitch: [UInt8: UInt64] = [:]
    snapshot.activity.log.forEach { event in
      if event.symbol == .contextSwitch {
        var run = event
        run.duration = lastSwitch[event.cpu].map { event.end > $0 ? event.end - $0 : 0 } ?? 0
        lastSwitch[event.cpu] = event.end
        if run.duration > 0 && run.end >= window.start && run.start <= window.end {
          events[.cpu(Int(event.cpu)), default: []].append(run)
        }
      } else if event.end >= window.start && event.start <= window.end {
        guard
          needle.isEmpty || snapshot.threadName(event.thread).lowercased().contains(needle)
            || snapshot.name(of: event.symbol).lowercased().contains(needle)
        else { return }
        events[.thread(event.thread), default: []].append(event)
      }
    }
    for lane in Array(events.keys) { events[lane]?.sort { ($0.start, $1.end) < ($1.start, $0.end) } }
    self.events = events
    lanes = events.keys.sorted { Self.place($0) < Self.place($1) }
  }

  private static func place(_ lane: Lane) -> (Int, UInt32) {
    switch lane {
    case .cpu(let number): return (0, UInt32(clamping: number))
    case .thread(let tid): return (1, tid)
    }
  }

  // MARK: Drawing

  func draw(_ state: inout TimelineState, on screen: some Screen, row: Int, height: Int, search: String) {
    let width = max(1, screen.columns - Self.labelWidth)
    drawAxis(state, on: screen, row: row, width: width)
    let room = max(1, height - 2)
    let chosen = laneIndex(state)
    if chosen < state.top { state.top = chosen }
    if chosen >= state.top + room { state.top = chosen - room + 1 }
    state.top = max(0, min(state.top, lanes.count - room))
    for (offset, index) in lanes.indices.dropFirst(state.top).prefix(room).enumerated() {
      let lane = lanes[index]
      screen.draw(
        label(lane).padded(to: Self.labelWidth), row: row + 1 + offset, style: index == chosen ? .selected : .normal)
      drawLane(lane, cursor: index == chosen ? state.cursor : nil, on: screen, row: row + 1 + offset, width, search)
    }
    screen.draw(facts(state), row: row + height - 1, style: .strong)
  }

  private func drawAxis(_ state: TimelineState, on screen: some Screen, row: Int, width: Int) {
    let start = "\(Format.decimals(snapshot.secondsSinceBoot(window.start) * 1000, 2)) ms"
    let length = "\(Format.duration(snapshot.nanoseconds(window.length))) wide"
    let end = "\(Format.decimals(snapshot.secondsSinceBoot(window.end) * 1000, 2)) ms"
    let middle = state.filter.isEmpty ? length : "\(length), with '\(state.filter)'"
    let gap = max(1, (width - start.count - middle.count - end.count) / 2)
    let spaces = String(repeating: " ", count: gap)
    let text = " LANE".padded(to: Self.labelWidth) + start + spaces + middle + spaces + end
    screen.drawBar(text, row: row, style: .bar)
  }

  private func label(_ lane: Lane) -> String {
    switch lane {
    case .cpu(let number): return "CPU \(number)"
    case .thread(let tid): return "\(snapshot.threadName(tid).clipped(to: 9)) \(tid)"
    }
  }

  private struct CellPaint {
    var character: Character = " "
    var style = Style.normal
  }

  private func drawLane(
    _ lane: Lane, cursor: UInt64?, on screen: some Screen, row: Int, _ width: Int, _ search: String
  ) {
    var cells = [CellPaint](repeating: CellPaint(), count: width)
    for event in events[lane] ?? [] { paint(event, lane, &cells, search) }
    if let cursor {
      let column = window.column(of: cursor, width: width)
      if cells.indices.contains(column) { cells[column].style = .fill(.cursor) }
    }
    var column = 0
    while column < width {
      let style = cells[column].style
      let end = cells[column...].firstIndex { $0.style != style } ?? width
      screen.draw(
        String(cells[column..<end].map(\.character)), row: row, column: Self.labelWidth + column, style: style)
      column = end
    }
  }

  private func paint(_ event: TraceEvent, _ lane: Lane, _ cells: inout [CellPaint], _ search: String) {
    var name = snapshot.name(of: event.symbol)
    if case .cpu = lane {
      guard event.thread != 0 else { return }
      name = snapshot.threadName(event.thread)
    }
    let first = max(0, window.column(of: event.start, width: cells.count))
    let last = min(cells.count - 1, max(first, window.column(of: event.end, width: cells.count) - 1))
    guard first <= last else { return }
    let isFound = !search.isEmpty && name.lowercased().contains(search.lowercased())
    let style = Style.fill(isFound ? .found : .flame(named: name))
    let text = Array(("|" + CellText.printable(name, true)).padded(to: last - first + 1))
    for column in first...last {
      cells[column] = CellPaint(character: column - first < text.count ? text[column - first] : " ", style: style)
    }
  }

  private func facts(_ state: TimelineState) -> String {
    guard let cursor = state.cursor else {
      return "arrows move the cursor; + and - zoom, Enter zooms to what is under it"
    }
    let at = "at \(Format.decimals(snapshot.secondsSinceBoot(cursor) * 1000, 3)) ms: "
    guard let event = event(state) else { return at + "nothing received" }
    var text = at + name(event) + ", \(Format.duration(snapshot.nanoseconds(event.duration)))"
    if event.offCPU > 0 { text += ", \(Format.duration(snapshot.nanoseconds(event.offCPU))) off the CPU" }
    if event.errno != 0 { text += ", " + Format.errno(event.errno) }
    return text
  }

  func name(_ event: TraceEvent) -> String {
    event.symbol == .contextSwitch
      ? "\(snapshot.threadName(event.thread)) \(event.thread)" : snapshot.name(of: event.symbol)
  }
}
