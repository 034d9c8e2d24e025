// Process groups and sessions (setpgid(2), setsid(2), credentials(7)). All under `process_table`.

import KernelCore
import LinuxABI

enum ProcessGroups {
  /// True when no member has a parent in another group of the same session: nobody could continue it.
  static func isOrphaned(_ group: Int32) -> Bool {
    for process in ProcessTable.processes where process.group == group && process.end == nil {
      guard let parent = process.parent else { continue }
      if parent.group != group, parent.session == process.session { return false }
    }
    return true
  }

  /// A group that has lost its last link to its session: stopped members are hung up and continued (_exit(2), POSIX
  /// "Consequences of Process Termination").
  static func hangUpIfOrphaned(_ group: Int32) {
    let hasStopped = ProcessTable.processes.contains { $0.group == group && $0.isStopped && $0.end == nil }
    guard hasStopped, isOrphaned(group) else { return }
    Signals.send(SignalInfo(.hangUp, code: SignalInfo.kernel), toGroup: group)
    Signals.send(SignalInfo(.continue, code: SignalInfo.kernel), toGroup: group)
  }

  static func exists(_ group: Int32, session: Int32) -> Bool {
    ProcessTable.processes.contains { $0.group == group && $0.session == session && !$0.isReaped }
  }

  static func set(_ pid: Int32, to group: Int32, by caller: Process) throws(Errno) {
    guard group >= 0 else { throw .EINVAL }
    let target = pid == 0 ? caller : try childOrSelf(pid, of: caller)
    guard target.session == caller.session else { throw .EPERM }
    guard target.session != target.pid else { throw .EPERM }
    let wanted = group == 0 ? target.pid : group
    guard wanted == target.pid || exists(wanted, session: caller.session) else { throw .EPERM }
    target.group = wanted
  }

  private static func childOrSelf(_ pid: Int32, of caller: Process) throws(Errno) -> Process {
    guard let target = ProcessTable.process(pid), target.end == nil else { throw .ESRCH }
    if target === caller { return target }
    guard target.parent === caller else { throw .ESRCH }
    guard !target.hasExeced else { throw .EACCES }
    return target
  }

  static func startSession(_ caller: Process) throws(Errno) -> Int32 {
    guard !ProcessTable.processes.contains(where: { $0.group == caller.pid && !$0.isReaped }) else { throw .EPERM }
    caller.session = caller.pid
    caller.group = caller.pid
    return caller.pid
  }
}
