// Processes: what each asked of the kernel.

import Tracer

struct ProcessPanel: Panel {
  let title = "Processes"
  let shortTitle = "Procs"
  let nameTitle = "PROCESS"
  let defaultSort = 1
  let purpose = "of the events received; those that have ended are one row a name. CPU needs the probe scheduler"
  let emptyText = "no process seen yet"
  let columns = [
    Column(title: "PID", width: 7, priority: 1, meaning: "process id; of ended ones how many (x12)"),
    Column(title: "CPU", priority: 0, meaning: "time it had a CPU, in the kernel and outside"),
    Column(title: "CPU%", priority: 4, meaning: "of the time that all CPUs have accounted for"),
    Column(title: "CALLS", priority: 2, meaning: "system calls made"),
    Column(title: "FAULTS", priority: 3, meaning: "page faults; needs the probe fault"),
    Column(title: "ERRORS", priority: 6, meaning: "system calls that failed"),
    Column(title: "SWITCH", priority: 7, meaning: "times that it was given a CPU"),
    Column(title: "THR", width: 5, priority: 8, meaning: "threads"),
    Column(title: "STATE", width: 20, priority: 5, meaning: "as far as events tell", isText: true),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    let whole = snapshot.activity.cpus.reduce(UInt64(0)) { $0 &+ $1.busy &+ $1.idle }
    return snapshot.processes.enumerated().map { index, row in
      PanelRow(
        id: row.isAlive ? Int(row.pid) : -1 - index, name: row.name,
        cells: [
          Cell(row.isAlive ? "\(row.pid)" : "x\(row.processCount)", row.isAlive ? Double(row.pid) : 0),
          row.activity.onCPU == 0 ? Cell("-", 0) : .duration(snapshot.nanoseconds(row.activity.onCPU)),
          .share(row.activity.onCPU, of: whole), .count(row.activity.calls), .count(row.faults),
          .count(row.activity.errors), .count(row.activity.switches),
          Cell("\(row.threads.count)", Double(row.threads.count)),
          Cell(row.state, row.isAlive ? 1 : 0),
        ], link: .subject(row.isAlive ? .process(row.pid) : .ended(row.name)))
    }
  }
}
