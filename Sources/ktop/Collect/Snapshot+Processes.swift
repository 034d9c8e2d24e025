// Processes: threads put together by the kernel's thread table. Those that have ended are one row a name.

import LinuxABI
import TraceModel
import Tracer

struct Process: Sendable {
  var pid: UInt32
  var name: String
  var isAlive: Bool
  var threads: [UInt32] = []
  /// How many processes this row stands for.
  var processCount = 1
  var activity = ThreadActivity()
  var faults: UInt64 = 0
  var state = ""
}

extension Snapshot {
  func pid(of thread: UInt32) -> UInt32 { threads[thread]?.pid ?? thread }

  func link(toProcess pid: UInt32) -> Link {
    .subject(isAlive(pid) ? .process(pid) : .ended(threadName(pid)))
  }

  private func isAlive(_ pid: UInt32) -> Bool { threads[pid]?.isAlive ?? true }

  /// Threads that are known by name or by what they did, by process.
  var processes: [Process] {
    var rows: [String: Process] = [:]
    var pids: [String: Set<UInt32>] = [:]
    for tid in Set(activity.threads.keys).union(threads.keys) where tid != 0 {
      let pid = pid(of: tid)
      let isAlive = isAlive(pid)
      let key = isAlive ? "\(pid)" : "ended " + threadName(pid)
      var row = rows[key] ?? Process(pid: isAlive ? pid : 0, name: threadName(pid), isAlive: isAlive)
      row.threads.append(tid)
      if let done = activity.threads[tid] { row.add(done) }
      row.faults += faultSymbol.flatMap { activity.share(of: tid, $0)?.count } ?? 0
      rows[key] = row
      pids[key, default: []].insert(pid)
    }
    return rows.map { key, row in
      var row = row
      row.processCount = pids[key]?.count ?? 1
      row.state = row.isAlive ? state(of: row) : "ended"
      return row
    }.sorted { ($0.pid, $0.name) < ($1.pid, $1.name) }
  }

  private var faultSymbol: Symbol? {
    spanNames.first { $0.value == "page_fault" }.map { Symbol.span(UInt32($0.key)) }
  }

  private func state(of process: Process) -> String {
    if let cpu = process.activity.cpu { return "runs on CPU \(cpu)" }
    if process.activity.lastSymbol.isSystemCall { return "off, after " + name(of: process.activity.lastSymbol) }
    return process.activity.lastSeen == 0 ? "not seen" : "off CPU"
  }
}

extension Process {
  fileprivate mutating func add(_ other: ThreadActivity) {
    activity.calls &+= other.calls
    activity.errors &+= other.errors
    activity.spans &+= other.spans
    activity.switches &+= other.switches
    activity.onCPU &+= other.onCPU
    if other.lastSeen >= activity.lastSeen {
      activity.lastSeen = other.lastSeen
      if other.lastSymbol.isSystemCall { activity.lastSymbol = other.lastSymbol }
    }
    if let cpu = other.cpu { activity.cpu = cpu }
  }
}

extension Format {
  static func errno(_ number: UInt8) -> String { Errno(rawValue: Int32(number)).description }
}

extension Snapshot {
  /// The names from the thread down to a node of the tree.
  func path(to index: Int) -> [String] {
    var names: [String] = []
    var next: Int? = index
    while let node = next {
      names.append(name(of: tree[node].label))
      next = tree[node].parent
    }
    return names.reversed()
  }
}
