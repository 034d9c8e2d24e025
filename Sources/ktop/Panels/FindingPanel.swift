// Findings: what the model has noticed that a careful reader would.

struct FindingPanel: Panel {
  let title = "Findings"
  let shortTitle = "Find"
  let nameTitle = "FINDING"
  let defaultSort = 0
  let purpose = "what looks wrong, with its evidence and what it would save"
  let emptyText = "no findings"
  let columns = [
    Column(title: "WEIGHT", priority: 0, meaning: "instructions that mending it saves, or how much is behind it"),
    Column(title: "EVIDENCE", width: 50, priority: 1, meaning: "what was counted", isText: true),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    snapshot.notices.enumerated().map { index, finding in
      PanelRow(
        id: index, name: finding.title,
        cells: [.count(finding.weight), Cell(finding.evidence, Double(finding.weight))],
        link: finding.link)
    }
  }
}
