// Locks by class: how often taken, how often somebody had to wait, and how long.

import TraceModel

struct LockPanel: Panel {
  let title = "Locks"
  let shortTitle = "Locks"
  let nameTitle = "LOCK CLASS"
  let defaultSort = 0
  let purpose = "Every class of kernel locks, in all its instances. Always counted, also with all probes off."
  let emptyText = "no lock counted yet"
  let columns = [
    Column(title: "ACQ/S", priority: 0, meaning: "acquisitions per second, lately", isMomentary: true),
    Column(title: "ACQUIRED", width: 9, priority: 3, meaning: "acquisitions since boot or reset"),
    Column(title: "CONTEND", priority: 2, meaning: "acquisitions that had to wait"),
    Column(title: "CONT%", priority: 1, meaning: "share of acquisitions that had to wait"),
    Column(title: "WAIT", priority: 4, meaning: "time spent waiting, summed over all CPUs"),
    Column(title: "MAXWAIT", priority: 5, meaning: "the longest wait"),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    snapshot.locks.filter { $0.acquired > 0 }.map { lock in
      let share = lock.acquired > 0 ? Double(lock.contended) / Double(lock.acquired) : 0
      return PanelRow(
        id: lock.number, name: lock.name,
        cells: [
          .rate(lock.rate), .count(lock.acquired), .count(lock.contended),
          Cell(lock.contended == 0 ? "-" : Format.percent(lock.contended, of: lock.acquired), share),
          wait(lock.waitSum, lock), wait(lock.waitMax, lock),
        ],
        isAlarming: share >= 0.1)
    }
  }

  func detail(of id: Int, in snapshot: Snapshot) -> [String] {
    guard let lock = snapshot.locks.first(where: { $0.number == id }) else { return [] }
    let rank = lock.rank.map { "  rank \($0): taken after locks of lower rank only" } ?? ""
    guard lock.contended > 0 else { return [lock.name + rank, "acquired \(lock.acquired), never contended"] }
    return [
      lock.name + rank,
      "acquired \(lock.acquired)  contended \(lock.contended) (\(Format.percent(lock.contended, of: lock.acquired)))",
      "waited \(Format.duration(lock.waitSum)) in all, \(Format.duration(lock.waitSum / Double(lock.contended))) a time, "
        + "\(Format.duration(lock.waitMax)) at most",
    ]
  }

  private func wait(_ nanoseconds: Double, _ lock: LockRow) -> Cell {
    lock.contended == 0 ? Cell("-", 0) : .duration(nanoseconds)
  }
}
