// wait4(2) and waitid(2): one scan of the children finds, reports and reaps. Lock: the parent's only.

import CMachine
import KernelCore
import LinuxABI
import Tracer

/// Which children a wait is about.
enum WaitTarget {
  case any
  case process(Int32)
  case group(Int32)

  func matches(_ child: Process) -> Bool {
    switch self {
    case .any: true
    case .process(let pid): child.pid == pid
    case .group(let group): child.group == group
    }
  }
}

/// What a wait found.
struct WaitReport {
  var pid: Int32
  var uid: UInt32
  var status: WaitStatus
  var usage: ResourceUsage
}

enum Wait {
  /// Sleeps until a matching child has changed. nil with `noHang` when none has yet.
  /// - Throws: ECHILD, `.restart`.
  static func wait(_ target: WaitTarget, _ options: WaitOptions, caller: Thread) throws(Errno) -> WaitReport? {
    let process = caller.process
    if options.contains(.noHang) { return try scan(process, target, options) }
    return try caller.sleep(on: process.childEvent) { () throws(Errno) in try scan(process, target, options) }
  }

  private static func scan(
    _ parent: Process, _ target: WaitTarget, _ options: WaitOptions
  ) throws(Errno) -> WaitReport? {
    var reaped: Process? = nil
    if apus_key_switch_wait4_clear(), !Legacy.hasMatch(parent, target) { throw .ECHILD }
    let report = try parent.lock.withLock { () throws(Errno) -> WaitReport? in
      var hasMatch = false
      for child in parent.children where target.matches(child) {
        hasMatch = true
        if let status = child.end, options.contains(.exited) {
          let report = makeReport(child, status)
          if !options.contains(.noWait) { reaped = parent.removeChild(child) }
          return report
        }
        if let report = takeChange(child, options) { return report }
      }
      guard hasMatch else { throw .ECHILD }
      return nil
    }
    if let reaped { Reaper.add(reaped) }
    return report
  }

  private static func takeChange(_ child: Process, _ options: WaitOptions) -> WaitReport? {
    guard let change = child.unreportedChange, child.end == nil else { return nil }
    guard options.contains(change == .continued ? .continued : .stopped) else { return nil }
    if !options.contains(.noWait) { child.unreportedChange = nil }
    return makeReport(child, change)
  }

  private static func makeReport(_ child: Process, _ status: WaitStatus) -> WaitReport {
    WaitReport(
      pid: child.pid, uid: child.credentials.uid, status: status,
      usage: ResourceUsage(child.usage, child.childUsage))
  }
}

extension ResourceUsage {
  init(_ usage: Usage, _ more: Usage = Usage()) {
    self.init()
    var sum = usage
    sum.add(more)
    user = Timeval(nanoseconds: sum.user)
    system = Timeval(nanoseconds: sum.system)
    minorFaults = sum.faults
    voluntarySwitches = sum.voluntarySwitches
    involuntarySwitches = sum.involuntarySwitches
    maximumResident = sum.residentPages * 4
  }
}

extension Timeval {
  init(nanoseconds: UInt64) {
    self.init(
      seconds: Int64(nanoseconds / 1_000_000_000), microseconds: Int64(nanoseconds % 1_000_000_000 / 1000))
  }
}
