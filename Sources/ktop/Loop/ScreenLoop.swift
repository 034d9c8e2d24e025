// Shows a collector on a terminal until somebody leaves: reads the source, takes keys, draws.
//
// Draws once an interval and only after a change; a key is answered at once, and the first second is shown as it fills.

import Glibc
import Tracer

final class ScreenLoop {
  private static let firstFramePeriod = 0.02
  /// What somebody types wants to be seen.
  private static let typingPeriod = 0.03
  /// What plays is drawn ten times a second.
  private static let playingPeriod = 0.1

  private let collector: Collector
  private let screen: CursesScreen
  private let deadline: Double?
  private let settings: Settings
  private var app: TopApp
  private let began = Clock.seconds()
  private var firstData: Double?
  private var isDirty = true
  private var hasConsoleNews = false
  private var lastDraw = 0.0

  /// `limit`: leave after so many seconds.
  init(_ collector: Collector, screen: CursesScreen, settings: Settings, limit: Double? = nil) {
    self.settings = settings
    app = TopApp(keys: settings.keys, interval: settings.interval)
    app.canType = collector.console?.takesInput ?? false
    self.collector = collector
    self.screen = screen
    deadline = limit.map { Clock.seconds() + $0 }
  }

  func run() throws -> Ending {
    var poller = Poller(input: screen.inputDescriptor)
    draw()
    while true {
      poller.other = collector.console?.descriptor
      let source = collector.hasEnded ? nil : collector.source
      let ready = poller.wait(for: source, notBefore: collector.readAgainAt, milliseconds: timeout())
      if ready.signal, let ending = handleSignals() { return ending }
      if ready.input, let ending = handleKeys() { return ending }
      collector.askForHello()
      collector.tellConsoleSize()
      if ready.source, try collector.pump() { isDirty = true }
      if collector.console?.pump() == true {
        isDirty = true
        hasConsoleNews = true
      }
      let now = Clock.seconds()
      if let deadline, now >= deadline { return .timeUp }
      if collector.hasEnded && !collector.isTrace { return .sourceEnded }
      if now - lastDraw >= max(1, app.interval) && app.snapshot.state == .running { isDirty = true }
      if app.travel.isPlaying { isDirty = true }
      if isDirty && now - lastDraw >= period { draw() }
    }
  }

  private var period: Double {
    if app.travel.isPlaying { return Self.playingPeriod }
    if app.mode == .machine && hasConsoleNews { return Self.typingPeriod }
    let begin = firstData ?? began + 4
    return Clock.seconds() - begin < 1 ? Self.firstFramePeriod : app.interval
  }

  private func timeout() -> Int32 {
    let now = Clock.seconds()
    let untilFrame = isDirty ? period - (now - lastDraw) : 1
    let untilEnd = deadline.map { $0 - now } ?? 1
    return Int32(max(0, min(untilFrame, untilEnd, 1)) * 1000) + 1
  }

  private func draw() {
    app.update(collector.snapshot())
    if let action = app.advance(by: min(1, Clock.seconds() - lastDraw)) { _ = perform(action) }
    app.draw(on: screen)
    lastDraw = Clock.seconds()
    isDirty = false
    hasConsoleNews = false
    if firstData == nil && !app.snapshot.systemCalls.isEmpty { firstData = lastDraw }
  }

  private func handleKeys() -> Ending? {
    guard screen.isInputOpen else { return .signal(SIGHUP) }
    #if DEBUG
      OwnFault.happenIfWanted()
    #endif
    while let key = screen.nextKey() {
      if let action = app.handle(key), perform(action) { return .quit }
      isDirty = true
    }
    if isDirty { draw() }
    return nil
  }

  // True to leave.
  private func perform(_ action: TopApp.Action) -> Bool {
    switch action {
    case .quit: return true
    case .suspend: suspend(wholeGroup: true)
    case .redraw: screen.redrawEverything()
    case .send(let command):
      if collector.send(command) { app.note(command) } else { app.message = "this source takes no commands" }
    case .seek(let seconds):
      if let seconds { app.arrive(collector.snapshot(at: seconds)) } else { app.showNow() }
    case .export(let format): export(format)
    case .press(let key):
      if collector.console?.press(key) != true { app.message = "the console takes no more" }
    }
    return false
  }

  private func export(_ format: ExportFormat) {
    do {
      app.message = "written to \(try ExportFile.write(app.exported(format, theme: settings.theme), format))"
    } catch { app.message = "\(error)" }
  }

  private func handleSignals() -> Ending? {
    while let number = Signals.next() {
      switch number {
      case SIGINT: return .quit
      case SIGTERM, SIGHUP, SIGQUIT: return .signal(number)
      case SIGTSTP: suspend(wholeGroup: false)
      case SIGWINCH: resize()
      case SIGCONT:
        // Whoever had the terminal meanwhile may have changed it.
        screen.leave()
        screen.enter()
        resize()
      case 0: return .quit
      default: break
      }
    }
    return nil
  }

  private func suspend(wholeGroup: Bool) {
    screen.leave()
    Signals.stop(wholeGroup: wholeGroup)
    screen.enter()
    resize()
  }

  private func resize() {
    screen.resize()
    collector.console?.resize(to: .ofThisTerminal)
    draw()
  }
}
