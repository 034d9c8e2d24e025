// The whole of the interface as a value: what is shown, and what keys do. No input, output or clock of its own, so that
// tests drive it like a person does.

import Tracer

struct TopApp {
  /// What only the outside can do.
  enum Action: Equatable {
    case quit, suspend, redraw
    case send(Command)
    /// Show this second of the stream; nil: now.
    case seek(Double?)
    case export(ExportFormat)
    /// A key for the console.
    case press(Key)
  }

  enum Mode: Equatable {
    case page
    /// Scrolled down by so many lines.
    case help(Int)
    case typing(Prompt)
    /// All keys but one go to the machine's console, which has the screen.
    case machine
    case menu(MenuKind, Menu)
  }

  enum Prompt: Equatable { case filter, search }
  enum MenuKind: Equatable { case sort, probes, export }

  /// What was there before somebody began to type, for Escape, and for each letter of a search.
  struct Before {
    var text: String
    var page: Page
  }

  let keys: KeyMap
  /// Seconds between two pictures.
  var interval: Double
  private(set) var active = Tab.systemCalls
  var trails: [[Page]] = Tab.allCases.map { [$0.page] }
  var mode = Mode.page
  var searchText = ""
  var typed = ""
  var before: Before?
  /// One line about the last key; goes with the next.
  var message: String?
  private(set) var isPaused = false
  /// What is on screen; while paused or in the past, older than `latest`.
  private(set) var snapshot = Snapshot()
  private(set) var latest = Snapshot()
  /// Only what changed since then is shown.
  private(set) var mark: Snapshot?
  var travel = Travel()
  /// What the kernel was asked to do and has not yet said that it did.
  var request: Request?
  /// Whether the console can be typed to.
  var canType = false
  /// The page's place on the screen at the last drawing.
  var area = Area()
  /// Where the titles of tabs stood.
  var tabColumns: [Range<Int>] = []

  struct Area: Equatable {
    var row = 0
    var height = 10
    var width = 80
    var isUnicode = false
  }

  init(keys: KeyMap = KeyMap(), interval: Double = 1) {
    self.keys = keys
    self.interval = interval
  }

  var page: Page {
    get { trails[active.rawValue][trails[active.rawValue].count - 1] }
    set { trails[active.rawValue][trails[active.rawValue].count - 1] = newValue }
  }

  var depth: Int { trails[active.rawValue].count }

  /// What views look at: the snapshot, or what has changed since the mark.
  var shown: Snapshot { mark.map { snapshot.since($0) } ?? snapshot }

  /// A new picture of now.
  mutating func update(_ new: Snapshot) {
    if let news = StreamNews.text(from: latest, to: new) { message = news }
    if let boot = latest.bootID, new.bootID != boot { mark = nil }
    latest = new
    settleRequest()
    guard isPaused || travel.position != nil else { return snapshot = new }
    // A screen that stands still tells what becomes of the source nevertheless.
    snapshot.state = new.state
    snapshot.keys = new.keys
    snapshot.filter = new.filter
    snapshot.sampleRate = new.sampleRate
    snapshot.seconds = new.seconds
    snapshot.earliest = new.earliest
  }

  /// The picture of the past that was asked for; nil when it is not kept.
  mutating func arrive(_ past: Snapshot?) {
    guard let past else {
      travel = Travel()
      snapshot = latest
      return message = "nothing is kept of that time"
    }
    snapshot = past
  }

  mutating func togglePause() {
    isPaused.toggle()
    if !isPaused { snapshot = latest }
  }

  mutating func showNow() {
    isPaused = false
    snapshot = latest
  }

  mutating func toggleMark() {
    guard mark == nil else {
      mark = nil
      return message = "everything since boot or reset"
    }
    mark = snapshot
    message = "marked: counts, times and latencies are those since now; \(keys.name(of: .mark)) shows all again"
  }

  mutating func show(_ index: Int) {
    guard let tab = Tab(rawValue: index) else { return }
    active = tab
    mode = .page
  }

  mutating func push(_ page: Page) {
    trails[active.rawValue].append(page)
    if trails[active.rawValue].count > 30 { trails[active.rawValue].remove(at: 1) }
  }

  /// Leaves the page for the one before; false on the first.
  mutating func pop() -> Bool {
    guard depth > 1 else { return false }
    trails[active.rawValue].removeLast()
    return true
  }
}
