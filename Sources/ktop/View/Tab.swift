// The panels by their digits.

enum Tab: Int, CaseIterable, Sendable {
  case systemCalls, locks, flame, processes, cpus, spans, timeline, findings, console

  /// The table that a tab begins with; nil for pictures.
  var panel: (any Panel)? {
    switch self {
    case .systemCalls: return SystemCallPanel()
    case .locks: return LockPanel()
    case .processes: return ProcessPanel()
    case .cpus: return CPUPanel()
    case .spans: return SpanTreePanel()
    case .findings: return FindingPanel()
    case .flame, .timeline, .console: return nil
    }
  }

  var title: String {
    switch self {
    case .flame: return "Flame"
    case .timeline: return "Timeline"
    case .console: return "Console"
    default: return panel?.title ?? ""
    }
  }

  var shortTitle: String {
    switch self {
    case .flame: return "Flame"
    case .timeline: return "Time"
    case .console: return "Cons"
    default: return panel?.shortTitle ?? ""
    }
  }

  var page: Page {
    switch self {
    case .flame: return .flame(FlameState())
    case .timeline: return .timeline(TimelineState())
    case .console: return .console(ConsoleState())
    default: return panel.map { .table(TableState($0)) } ?? .console(ConsoleState())
    }
  }

  /// What the panel shows and how it is read, for the help screen.
  var explanation: [String] {
    switch self {
    case .flame:
      return [
        "Flame: a frame is as wide as the time (or number) of it and of all that it called",
        "  v chooses: samples of what runs, off-CPU, wake-up and lock-wait stacks (counted by the kernel), spans, counts",
        "  arrows choose a frame, Enter or a second click zooms, Esc zooms out; / marks frames and says their share",
        "  \\ keeps stacks with a name; t: the last seconds only, or what is old fades; f freezes; i turns; b: two or four levels a line",
      ]
    case .timeline:
      return [
        "Timeline: who had each CPU, and what each thread did, of the last events received",
        "  arrows move the cursor and choose a lane; + and - zoom, Enter zooms to what is under the cursor, Esc back",
        "  / n N jump from event to event of a name; \\ keeps lanes with a name",
      ]
    case .console:
      return [
        "Console: the machine's console, a terminal; arrows scroll back",
        "  Enter (ktop run only) gives it the screen and all keys, for a shell, vi or top; ^] comes back",
      ]
    default:
      guard let panel else { return [] }
      return [panel.title + ": " + panel.purpose]
        + panel.columns.map { "  " + $0.title.padded(to: 10) + $0.meaning }
    }
  }
}

/// What is looked at, and how. Every tab has a trail of these: Enter goes on, Esc back.
enum Page: Sendable {
  case table(TableState)
  case document(Subject, DocumentState)
  case flame(FlameState)
  case timeline(TimelineState)
  case console(ConsoleState)
}
