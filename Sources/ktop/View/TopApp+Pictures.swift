// What keys do on the flame graph and on the timeline.

extension TopApp {
  mutating func onFlame(_ function: Function, _ state: inout FlameState) {
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
    case .window: state.window = (state.window + 1) % FlameState.windows.count
    case .freeze: state.frozen = state.frozen == nil ? FlameView(state, shown, search: "").tree : nil
    case .orientation: state.isIcicle.toggle()
    case .blocks: state.density = state.density.next(isUnicode: area.isUnicode)
    default: changePace(function)
    }
    page = .flame(state)
  }

  mutating func onTimeline(_ function: Function, _ state: inout TimelineState) {
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
}
