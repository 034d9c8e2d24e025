// CPUs: who runs, how busy, how much each has to tell.

struct CPUPanel: Panel {
  let title = "CPUs"
  let shortTitle = "CPUs"
  let nameTitle = "CPU"
  let defaultSort = -1
  let purpose = "from context switches (probe scheduler) and the tracer's own accounts"
  let emptyText = "no CPU heard of yet"
  let columns = [
    Column(title: "BUSY%", priority: 0, meaning: "time with a thread, of the time accounted for"),
    Column(title: "IDLE%", priority: 4, meaning: "time without"),
    Column(
      title: "LATELY", width: 17, priority: 2, meaning: "busy over the last moments, now at the right",
      isMomentary: true),
    Column(title: "SWITCHES", width: 9, priority: 1, meaning: "context switches received"),
    Column(title: "QUEUE", priority: 4, meaning: "threads that wait for it, on average over the ticks"),
    Column(title: "MAXQ", priority: 6, meaning: "most threads that waited at a tick"),
    Column(title: "INTR", priority: 5, meaning: "interrupts taken"),
    Column(title: "RECORDS", priority: 5, meaning: "records received"),
    Column(title: "DROPPED", priority: 6, meaning: "records dropped because the ring was full"),
    Column(title: "LOST", priority: 7, meaning: "records lost on the line"),
    Column(title: "RING", priority: 8, meaning: "words waiting in the ring at the last report"),
    Column(title: "RUNS", width: 18, priority: 3, meaning: "the thread that has it", isMomentary: true, isText: true),
  ]

  func rows(of snapshot: Snapshot) -> [PanelRow] {
    let activity = snapshot.activity
    let known = Set(snapshot.accounts.keys).union(activity.cpus.indices).union(0..<(snapshot.cpus ?? 0))
    return known.sorted().map { number in
      let cpu = activity.cpus.indices.contains(number) ? activity.cpus[number] : CPUActivity()
      let account = snapshot.accounts[number]
      let losses = account?.losses
      let runs = cpu.running.map { $0 == 0 ? "idle" : "\(snapshot.threadName($0)) \($0)" } ?? "?"
      let queue = snapshot.session?.runQueue(of: number)
      let series = cpu.busySeries(upTo: activity.slice, count: 16, at: activity.time, activity.clock)
      return PanelRow(
        id: number, name: "\(number)",
        cells: [
          .share(cpu.busy, of: cpu.busy + cpu.idle), .share(cpu.idle, of: cpu.busy + cpu.idle), .spark(series),
          .count(cpu.switches), Cell(queue.map { Format.decimals($0.mean, 1) } ?? "-", queue?.mean ?? 0),
          .count(queue?.max ?? 0), .count(snapshot.session?.interrupts(of: number) ?? 0), .count(losses?.received ?? 0),
          .count(losses?.droppedSource ?? 0),
          .count(losses?.lostWire ?? 0), .count(account?.pendingWords ?? 0), Cell(runs, cpu.running == 0 ? 0 : 1),
        ], isAlarming: (losses?.droppedSource ?? 0) + (losses?.lostWire ?? 0) > 0, link: .subject(.cpu(number)))
    }
  }
}
