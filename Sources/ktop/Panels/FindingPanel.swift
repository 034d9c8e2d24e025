// Findings: what the model has noticed that a careful reader would.

struct FindingPanel: Panel {
  let title = "Findings"
  let shortTitle = "Find"
  let nameTitle = "PLACE"
  let defaultSort = 0
  let purpose = "what looks wrong; Enter shows the evidence. Most rules need the probes locks and syscalls for a while"
  let emptyText = "no findings"
  let columns = [
    Column(title: "SAVES", priority: 1, meaning: "instructions that mending it would have saved in the calls seen"),
    Column(title: "CALLS", priority: 2, meaning: "in how many calls it was seen"),
    Column(title: "WHAT", width: 48, priority: 0, meaning: "what looks wrong", isText: true),
    Column(title: "EVIDENCE", width: 60, priority: 3, meaning: "the first of the figures that say so", isText: true),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    snapshot.notices.enumerated().map { index, notice in
      PanelRow(
        id: index, name: notice.place,
        cells: [
          notice.saves.map(Cell.count) ?? Cell("-", 0), .count(notice.calls), Cell(notice.title, Double(notice.calls)),
          Cell(notice.evidence.first ?? "", Double(notice.calls)),
        ], link: .subject(.finding(place: notice.place, title: notice.title)))
    }
  }
}
