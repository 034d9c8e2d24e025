// The first lines: what is watched and how it is, how much comes, what was lost, which probes are on.

struct HeaderView {
  let snapshot: Snapshot
  let isPaused: Bool
  var isMarked = false

  /// Draws as many lines as the screen has room for and returns how many.
  func draw(on screen: some Screen) -> Int {
    let isNarrow = screen.columns < 60
    drawState(on: screen, isNarrow: isNarrow)
    drawAccounts(on: screen, isNarrow: isNarrow)
    guard screen.rows >= 14 else { return 2 }
    drawProbes(on: screen)
    return 3
  }

  // MARK: Lines

  private func drawState(on screen: some Screen, isNarrow: Bool) {
    let facts = "up \(Format.uptime(snapshot.uptime))  \(cpus)"
    var column = 0
    func put(_ text: String, _ style: Style) {
      screen.draw(text, row: 0, column: column, style: style)
      column += text.count + 2
    }
    if !isNarrow { put("ktop", .strong) }
    if isPaused { put("PAUSED", .alarm) }
    if isMarked { put(isNarrow ? "MARK" : "SINCE MARK", .alarm) }
    put(stateText, stateStyle)
    let room = screen.columns - facts.count - 2 - column
    if !isNarrow && room > 4 { put(Self.cut(snapshot.label, to: room), .faint) }
    let start = max(column, screen.columns - facts.count)
    screen.draw(facts, row: 0, column: start)
  }

  private func drawAccounts(on screen: some Screen, isNarrow: Bool) {
    var column = 0
    func put(_ text: String, _ style: Style = .normal) {
      screen.draw(text, row: 1, column: column, style: style)
      column += text.count + (isNarrow ? 1 : 2)
    }
    let losses = snapshot.losses
    func loss(_ name: String, _ value: UInt64) { put("\(name) \(Format.count(value))", value > 0 ? .alarm : .good) }
    if !isNarrow {
      put("\(Format.bytes(snapshot.bytesPerSecond))/s".paddedLeft(to: 9))
      put("\(Format.rate(snapshot.recordsPerSecond)) rec/s".paddedLeft(to: 11))
    }
    put("\(isNarrow ? "rec" : "received") \(Format.count(losses.received))")
    loss(isNarrow ? "drop" : "dropped", losses.droppedSource)
    loss("lost", losses.lostWire)
    loss("bad", snapshot.badFrames)
    let cost = "tracer \(Format.decimals(snapshot.drainShare * 100, 1))%"
    if column + cost.count <= screen.columns { put(cost, snapshot.drainShare > 0.1 ? .alarm : .faint) }
  }

  private func drawProbes(on screen: some Screen) {
    if let note = snapshot.namesNote { return screen.draw(note, row: 2, style: .alarm) }
    guard !snapshot.keys.isEmpty else { return screen.draw("probes: not known yet", row: 2, style: .faint) }
    if let only = snapshot.onlyText { return screen.draw("recorded alone: \(only)", row: 2, style: .alarm) }
    screen.draw("probes:", row: 2)
    var column = 8
    for key in snapshot.keys {
      let text = key.isOn ? key.name : "(\(key.name))"
      screen.draw(text, row: 2, column: column, style: key.isOn ? .good : .faint)
      column += text.count + 1
    }
    let build = "build \(snapshot.buildID.prefix(8))" + (snapshot.boots > 1 ? "  boot \(snapshot.boots)" : "")
    let start = screen.columns - build.count
    if start > column { screen.draw(build, row: 2, column: start, style: .faint) }
  }

  // MARK: Words

  private var cpus: String { snapshot.cpus.map { "\($0) CPU\($0 == 1 ? "" : "s")" } ?? "- CPUs" }

  private var stateText: String {
    switch snapshot.state {
    case .waiting: return "waiting"
    case .running: return snapshot.silentFor >= 3 ? "silent for \(Int(snapshot.silentFor)) s" : "running"
    case .ended(let reason): return reason
    }
  }

  private var stateStyle: Style {
    switch snapshot.state {
    case .waiting: return .faint
    case .running: return snapshot.silentFor >= 3 ? .alarm : .good
    case .ended: return .alarm
    }
  }

  /// The end of a path says more than its beginning.
  private static func cut(_ text: String, to width: Int) -> String {
    text.count <= width ? text : "..." + text.suffix(width - 3)
  }
}
