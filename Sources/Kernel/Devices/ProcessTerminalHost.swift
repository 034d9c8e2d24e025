// What a terminal asks about processes, whatever line it has.

import KernelCore
import LinuxABI

class ProcessTerminalHost: TerminalHost {
  override func signal(group: Int32, _ signal: Int32) {
    guard let signal = Signal(number: signal) else { return }
    ProcessTable.lock.withLock {
      _ = Signals.send(SignalInfo(signal, code: SignalInfo.kernel), toGroup: group)
    }
  }

  override func currentSession() -> Int32 { Thread.current.process.session }
  override func currentGroup() -> Int32 { Thread.current.process.group }
  override func isSessionLeader() -> Bool { Thread.current.process.session == Thread.current.process.pid }
  override func isPrivileged() -> Bool { Thread.current.process.credentials.euid == 0 }

  override func ignoresOrBlocks(_ number: Int32) -> Bool {
    guard let signal = Signal(number: number) else { return false }
    let thread = Thread.current
    return thread.mask.contains(signal) || thread.process.actions[signal].isIgnored
  }

  override func isOrphaned(group: Int32) -> Bool { ProcessTable.lock.withLock { ProcessGroups.isOrphaned(group) } }

  override func session(ofGroup group: Int32) -> Int32? {
    ProcessTable.lock.withLock {
      ProcessTable.processes.first { $0.group == group && $0.end == nil }?.session
    }
  }
}
