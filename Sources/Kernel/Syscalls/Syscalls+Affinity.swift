// sched_setaffinity(2) and sched_getaffinity(2): which CPUs a thread may run on. One bit a CPU.
//
// A thread that runs, or is queued, on a CPU it may no longer use leaves it when it next comes to the scheduler there.

import KernelCore
import LinuxABI

extension Syscalls {
  /// CPUs that are not there are ignored.
  /// - Throws: EINVAL when none is left; ESRCH, EPERM, EFAULT.
  static func setAffinity(_ caller: Thread, _ tid: Int32, _ size: UInt, _ mask: UInt) throws(Errno) -> Int {
    guard size > 0 else { throw .EINVAL }
    var wanted: UInt64 = 0
    for index in 0..<min(size, 8) {
      wanted |= UInt64(try UserPointer<UInt8>(mask &+ index).load()) << UInt64(index * 8)
    }
    wanted &= UInt64(CPU.online)
    let target = try thread(tid, or: caller)
    let mine = caller.process.credentials!
    let theirs = target.process.credentials!
    guard mine.euid == 0 || mine.euid == theirs.uid || mine.euid == theirs.euid else { throw .EPERM }
    guard wanted != 0 else { throw .EINVAL }
    target.affinity = wanted
    if target === caller {
      if !caller.mayRun(on: caller.cpu) { Scheduler.yield() }
    } else {
      Scheduler.kickToReschedule(target)
    }
    return 0
  }

  /// Returns the bytes written, as the raw call does.
  /// - Throws: EINVAL, ESRCH, EFAULT.
  static func getAffinity(_ caller: Thread, _ tid: Int32, _ size: UInt, _ mask: UInt) throws(Errno) -> Int {
    guard size >= 8, size % 8 == 0 else { throw .EINVAL }
    let target = try thread(tid, or: caller)
    try UserPointer<UInt64>(mask).store(target.affinity & UInt64(CPU.online))
    return 8
  }

  private static func thread(_ tid: Int32, or caller: Thread) throws(Errno) -> Thread {
    guard tid >= 0 else { throw .EINVAL }
    if tid == 0 { return caller }
    guard let found = ProcessTable.lock.withLock({ ProcessTable.thread(tid) }) else { throw .ESRCH }
    return found
  }
}
