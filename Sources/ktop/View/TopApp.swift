// The whole of the interface as a value: what is shown, and what keys do. No input, output or clock of its own, so that
// tests drive it like a person does.

import Tracer

struct TopApp {
  /// What only the outside can do.
  enum Action: Equatable {
    case quit, suspend, redraw
    case send(Command)
  }

  enum Mode: Equatable {
    case table
    case help
    /// Typing the filter or a search; what was there before, for Escape.
    case typing(Prompt, before: String)
    case sortMenu(Menu)
    case probeMenu(Menu)
  }

  enum Prompt: Equatable { case filter, search }

  let panels: [any Panel] = allPanels
  private(set) var active = 0
  var tables: [TableState]
  var mode = Mode.table
  var searchText = ""
  /// One line about the last key; goes with the next.
  var message: String?
  private(set) var isPaused = false
  /// What is on screen; while paused, older than `latest`.
  private(set) var snapshot = Snapshot()
  private var latest = Snapshot()
  /// Height of the table at the last drawing: a page.
  var pageHeight = 10

  init() { tables = allPanels.map { TableState($0) } }

  var panel: any Panel { panels[active] }
  var table: TableState {
    get { tables[active] }
    set { tables[active] = newValue }
  }

  /// The active panel's rows as they are shown.
  var rows: [PanelRow] { table.arranged(panel.rows(of: snapshot)) }

  mutating func update(_ new: Snapshot) {
    latest = new
    guard isPaused else { return snapshot = new }
    // A paused screen still tells what becomes of the source.
    snapshot.state = new.state
    snapshot.keys = new.keys
  }

  mutating func togglePause() {
    isPaused.toggle()
    if !isPaused { snapshot = latest }
  }

  mutating func show(panel index: Int) {
    guard panels.indices.contains(index) else { return }
    active = index
    mode = .table
  }
}
