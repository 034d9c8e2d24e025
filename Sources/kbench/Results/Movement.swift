// The differences between two reports, row by row and side by side.

import Guest

struct Movement {
  struct Step: Equatable {
    let row: String
    let side: String
    let before: Double
    let after: Double

    var change: Double { after - before }
  }

  let steps: [Step]
  /// Rows with a figure in one report only.
  let incomparable: [String]
  private let heads: [String]
  private let means: (Double?, Double?)

  /// - Throws: `GuestError` when the reports measure different things.
  init(from before: Report, to after: Report) throws {
    let (first, second) = (before.fingerprint, after.fingerprint)
    guard first.metric == second.metric, first.isQuick == second.isQuick else {
      throw GuestError("the reports measure different things: metric or length", exitCode: 65)
    }
    var steps: [Step] = []
    var incomparable: [String] = []
    for row in after.rows {
      let earlier = before.rows.first { $0.name == row.name }
      for side in after.sides {
        switch (earlier?.figures[side], row.figures[side]) {
        case (let old?, let new?):
          steps.append(Step(row: row.name, side: side, before: old.perIteration, after: new.perIteration))
        case (nil, nil): break
        default: incomparable.append("\(row.name) (\(side))")
        }
      }
    }
    self.steps = steps
    self.incomparable = incomparable
    means = (before.geometricMean(), after.geometricMean())
    heads = [first.commit, second.commit]
  }

  /// The largest movements first.
  func text(all: Bool = false) -> String {
    let moved = steps.filter { all || $0.before != $0.after }
      .sorted { abs($0.change / $0.before) > abs($1.change / $1.before) }
    var table = TextTable(["row", "side", heads[0], heads[1], "change", "%"], leftAligned: 2)
    for step in moved {
      let percent = step.before == 0 ? 0 : step.change / step.before * 100
      table.add([
        step.row, step.side, Number.figure(step.before), Number.figure(step.after), Number.signed(step.change),
        Number.signed(percent),
      ])
    }
    var text = moved.isEmpty ? "nothing moved\n" : table.text
    if let old = means.0, let new = means.1 {
      text += "geometric mean \(Number.ratio(old)) -> \(Number.ratio(new)); \(moved.count) of \(steps.count) moved\n"
    }
    if !incomparable.isEmpty { text += "in one report only: \(incomparable.joined(separator: ", "))\n" }
    return text
  }
}
