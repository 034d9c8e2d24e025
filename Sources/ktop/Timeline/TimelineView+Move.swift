// How one moves on the timeline: from lane to lane, along time, to what is found.

import TraceModel
import Tracer

extension TimelineView {
  func laneIndex(_ state: TimelineState) -> Int { state.lane.flatMap(lanes.firstIndex) ?? 0 }

  /// The innermost event of the chosen lane at the cursor.
  func event(_ state: TimelineState) -> TraceEvent? {
    guard let cursor = state.cursor, lanes.indices.contains(laneIndex(state)) else { return nil }
    return events[lanes[laneIndex(state)]]?.last { $0.start <= cursor && cursor <= $0.end }
  }

  func moveLane(_ state: inout TimelineState, by distance: Int) {
    guard !lanes.isEmpty else { return }
    state.lane = lanes[max(0, min(lanes.count - 1, laneIndex(state) + distance))]
  }

  /// Moves the cursor by cells; at the window's edge the window goes along.
  func moveCursor(_ state: inout TimelineState, by cells: Int, width: Int) {
    let step = max(1, window.length / UInt64(max(1, width)))
    let now = state.cursor ?? window.time(at: width / 2, width: width)
    let distance = step * UInt64(abs(cells))
    let target = cells < 0 ? (now > distance ? now - distance : 0) : now + distance
    state.cursor = target
    guard state.window != nil else {
      state.cursor = min(max(target, window.start), window.end)
      return
    }
    if target < window.start { pan(&state, to: target) }
    if target > window.end { pan(&state, to: target - window.length) }
  }

  private func pan(_ state: inout TimelineState, to start: UInt64) {
    state.window = TimelineState.Window(start: start, end: start + window.length)
  }

  /// Shows a window half or twice as long, with the cursor where it is.
  func zoom(_ state: inout TimelineState, closer: Bool, width: Int) {
    let cursor = state.cursor ?? window.time(at: width / 2, width: width)
    let length = closer ? max(8, window.length / 2) : min(window.length * 2, 1 << 50)
    let share = Double(cursor >= window.start ? cursor - window.start : 0) / Double(window.length)
    let before = UInt64(Double(length) * min(1, share))
    let start = cursor > before ? cursor - before : 0
    state.window = TimelineState.Window(start: start, end: start + length)
    state.cursor = cursor
  }

  /// Shows what is under the cursor in two thirds of the width; false when there is nothing.
  func zoomToEvent(_ state: inout TimelineState) -> Bool {
    guard let event = event(state), event.duration > 0 else { return false }
    state.earlier.append(state.window)
    let margin = max(4, event.duration / 4)
    state.window = TimelineState.Window(
      start: event.start > margin ? event.start - margin : 0, end: event.end + margin)
    return true
  }

  /// Puts the cursor on the next event of the chosen lane whose name has `text`.
  func find(_ text: String, _ state: inout TimelineState, forward: Bool) -> Bool {
    let needle = text.lowercased()
    guard lanes.indices.contains(laneIndex(state)), !needle.isEmpty else { return false }
    let cursor = state.cursor ?? (forward ? 0 : .max)
    let matches = (events[lanes[laneIndex(state)]] ?? []).filter { name($0).lowercased().contains(needle) }
    // Events are kept in the order of their ends.
    let event =
      forward
      ? matches.filter { $0.start > cursor }.min { $0.start < $1.start }
      : matches.filter { $0.end < cursor }.max { $0.end < $1.end }
    guard let event else { return false }
    state.cursor = event.start + event.duration / 2
    return true
  }
}
