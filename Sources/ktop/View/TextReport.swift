// A snapshot as text: what the screens show, without a screen.

import TraceModel

struct TextReport {
  private let snapshot: Snapshot
  private static let width = 96

  init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  /// Facts, accounts, and a table a panel.
  var text: String {
    var lines = [facts, accounts]
    if let cost { lines.append(cost) }
    if let note = snapshot.namesNote { lines.append(note) }
    for panel in reportPanels { lines += ["", panel.title] + table(of: panel) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One line for those who keep a recording.
  var summary: String { "\(snapshot.bytes) bytes; \(accounts)" }

  private var facts: String {
    var facts = ["up \(Format.uptime(snapshot.uptime))"]
    if let cpus = snapshot.cpus { facts.append("\(cpus) CPU\(cpus == 1 ? "" : "s")") }
    if !snapshot.buildID.isEmpty { facts.append("build \(snapshot.buildID.prefix(12))") }
    if snapshot.boots > 1 { facts.append("boot \(snapshot.boots) of this stream") }
    let probes = snapshot.keys.filter(\.isOn).map(\.name)
    if !snapshot.keys.isEmpty { facts.append("probes " + (probes.isEmpty ? "none" : probes.joined(separator: " "))) }
    return facts.joined(separator: "; ")
  }

  private var accounts: String {
    let losses = snapshot.losses
    return "records \(losses.emitted): received \(losses.received), dropped at source \(losses.droppedSource), "
      + "lost on the line \(losses.lostWire); bad frames \(snapshot.badFrames)"
  }

  /// What the tracer itself has taken; nil before the kernel has said.
  var cost: String? {
    guard let session = snapshot.session, session.cost.framesSent > 0, let share = session.drainShare,
      let time = session.drainNanoseconds
    else { return nil }
    return "tracer: \(Format.bytes(Double(session.cost.bytesSent))) sent, \(Format.duration(time)) to send them "
      + "(\(Format.decimals(share * 100, 2)) % of one CPU)"
      + (session.probeInstructions.map { "; its probes took about \(Format.count($0)) instructions" } ?? "")
  }

  private func table(of panel: any Panel) -> [String] {
    var sorted = TableState(panel)
    sorted.sortColumn = panel.columns.firstIndex { !$0.isMomentary } ?? panel.defaultSort
    let rows = sorted.arranged(panel.rows(of: snapshot))
    guard !rows.isEmpty else { return ["  " + panel.emptyText] }
    let view = TableView(panel, sorted, width: Self.width, ofPast: true)
    return [view.headLine] + rows.map { view.line($0) + errors(of: $0, panel) }
  }

  private func errors(of row: PanelRow, _ panel: any Panel) -> String {
    guard panel is SystemCallPanel, let call = snapshot.systemCalls.first(where: { $0.number == row.id }),
      call.errors > 0
    else { return "" }
    return "  " + call.namedErrnos.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
  }
}
