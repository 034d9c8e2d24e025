// Recording one thing only: the chosen system call, span, class of locks or process, and everything again.

import TraceModel
import Tracer

extension TopApp {
  /// What the key asks for, by what is chosen; everything again when something is left out already.
  mutating func toggleOnly() -> Action? {
    if let filter = latest.filter, filter.isOn {
      return .send(filter.rowsOff.isEmpty ? .process(ProcessFilter(pid: 0)) : .rows(.all, .on))
    }
    guard let subject = chosenSubject, let command = Self.only(subject) else {
      message = "choose a system call, span, lock or process: \(keys.name(of: .only)) records it alone"
      return nil
    }
    return .send(command)
  }

  private var chosenSubject: Subject? {
    switch page {
    case .document(let subject, _): return subject
    case .table(let state):
      let rows = self.rows
      guard !rows.isEmpty, case .subject(let subject) = rows[state.selectedIndex(in: rows)].link else { return nil }
      return subject
    default: return nil
    }
  }

  private static func only(_ subject: Subject) -> Command? {
    func row(_ number: Int) -> Command { .rows(RowRange(first: UInt32(clamping: number), count: 1), .only) }
    switch subject {
    case .systemCall(let number): return row(min(number, RowIndex.other))
    case .span(let id): return row(RowIndex.other + id)
    case .lock(let number): return row(RowIndex.lockWait(UInt32(clamping: number)))
    case .process(let pid), .thread(let pid): return .process(ProcessFilter(pid: pid, withChildren: true))
    default: return nil
    }
  }
}

extension Snapshot {
  /// What alone is recorded, in words; nil when everything is.
  var onlyText: String? {
    guard let filter, filter.isOn else { return nil }
    var words: [String] = []
    if filter.process.pid != 0 {
      words.append("process \(filter.process.pid)" + (filter.process.withChildren ? " and what it starts" : ""))
    }
    let rows = filter.rowsOn
    if !filter.rowsOff.isEmpty { words.append(rows.count <= 3 ? rowNames(rows) : "\(rows.count) of its rows") }
    return words.joined(separator: ", ")
  }

  private func rowNames(_ rows: [Int]) -> String {
    guard !rows.isEmpty else { return "nothing" }
    return rows.map { row in
      if row >= RowIndex.lockWait(0) {
        return Subject.lock(row - RowIndex.lockWait(0)).title(in: self)
      }
      return row > RowIndex.other ? spanName(row - RowIndex.other) : name(of: .systemCall(UInt64(row)))
    }.joined(separator: ", ")
  }
}
