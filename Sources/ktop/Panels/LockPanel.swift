// Locks by class: how often taken, how often somebody had to wait, and how long.

import TraceModel

struct LockPanel: Panel {
  let title = "Locks"
  let shortTitle = "Locks"
  let nameTitle = "LOCK CLASS"
  let defaultSort = 0
  let purpose = "by class, in all instances; counted even with all probes off"
  let emptyText = "no lock counted yet"
  let columns = [
    Column(title: "ACQ/S", priority: 0, meaning: "acquisitions per second, lately", isMomentary: true),
    Column(title: "ACQUIRED", width: 9, priority: 3, meaning: "acquisitions since boot, reset or mark"),
    Column(title: "CONTEND", priority: 2, meaning: "acquisitions that had to wait"),
    Column(title: "CONT%", priority: 1, meaning: "share of acquisitions that had to wait"),
    Column(title: "WAIT", priority: 4, meaning: "time spent waiting, summed over all CPUs"),
    Column(title: "MAXWAIT", priority: 6, meaning: "the longest wait"),
    Column(title: "WAIT99", priority: 8, meaning: "99 of 100 waits were shorter"),
    Column(title: "HOLD99", priority: 5, meaning: "99 of 100 times it was held shorter; needs the probe locks"),
    Column(title: "PER CALL", width: 9, priority: 9, meaning: "acquisitions for each system call made"),
    Column(title: "TREND", width: 11, priority: 7, meaning: "acquisitions over the last seconds", isMomentary: true),
    Column(title: "WORST HOLDER", width: 30, priority: 10, meaning: "who made others wait longest", isText: true),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    let calls = snapshot.systemCalls.reduce(UInt64(0)) { $0 + $1.count }
    return snapshot.locks.filter { $0.acquired > 0 }.map { lock in
      let share = Double(lock.contended) / Double(lock.acquired)
      let perCall = calls > 0 ? Double(lock.acquired) / Double(calls) : .nan
      return PanelRow(
        id: lock.number, name: lock.name,
        cells: [
          .rate(lock.rate), .count(lock.acquired), .count(lock.contended), .share(lock.contended, of: lock.acquired),
          wait(lock.waitSum, lock), wait(lock.waitMax, lock), .duration(lock.waitP99), .duration(lock.holdP99),
          Cell(perCall.isFinite ? Format.decimals(perCall, 2) : "-", perCall),
          .spark(snapshot.series(.lock(lock.number), count: 10)),
          Cell(lock.worstHolder ?? "", lock.worstHolder == nil ? 0 : lock.waitSum),
        ],
        isAlarming: share >= 0.1, link: .subject(.lock(lock.number)))
    }
  }

  private func wait(_ nanoseconds: Double, _ lock: LockRow) -> Cell {
    lock.contended == 0 ? Cell("-", 0) : .duration(nanoseconds)
  }
}
