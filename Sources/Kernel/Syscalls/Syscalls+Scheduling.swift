// Priorities, scheduling policies and affinity. Every thread is scheduled alike, round robin: what is set is kept, checked
// and shown, as for a machine where it makes no difference.

import KernelCore
import LinuxABI

extension Syscalls {
  /// A thread by number, 0 for the caller. Runs `body` under `process_table`.
  /// - Throws: ESRCH.
  private static func withThread<Result>(
    _ caller: Thread, _ tid: Int32, _ body: (Thread) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    guard tid >= 0 else { throw .EINVAL }
    return try ProcessTable.lock.withLock { () throws(Errno) in
      guard let thread = tid == 0 ? caller : ProcessTable.thread(tid) ?? ProcessTable.process(tid)?.leader else {
        throw .ESRCH
      }
      return try body(thread)
    }
  }

  /// - Throws: EPERM unless the caller is root or has the target's user id.
  private static func checkMayChange(_ caller: Thread, _ target: Thread) throws(Errno) {
    let mine = caller.process.credentials!
    let theirs = target.process.credentials!
    guard mine.euid == 0 || mine.euid == theirs.uid || mine.euid == theirs.euid else { throw .EPERM }
  }

  // MARK: Affinity

  static func setAffinity(_ caller: Thread, _ tid: Int32, _ size: UInt, _ mask: UInt) throws(Errno) -> Int {
    var wanted: UInt64 = 0
    for index in 0..<min(size, 8) { wanted |= UInt64(try UserPointer<UInt8>(mask + index).load()) << UInt64(index * 8) }
    let present = wanted & UInt64(CPU.online)
    try withThread(caller, tid) { (thread) throws(Errno) in
      try checkMayChange(caller, thread)
      guard present != 0 else { throw .EINVAL }
      thread.affinity = present
      // A thread that runs, or waits, where it may no longer be leaves when it next comes to the scheduler there.
      if thread !== caller { Scheduler.kickToReschedule(thread) }
    }
    if !caller.mayRun(on: caller.cpu) { Scheduler.yield() }
    return 0
  }

  /// Returns the bytes of the mask.
  static func getAffinity(_ caller: Thread, _ tid: Int32, _ size: UInt, _ mask: UInt) throws(Errno) -> Int {
    guard size >= 8, size % 8 == 0 else { throw .EINVAL }
    let affinity = try withThread(caller, tid) { $0.affinity }
    try UserPointer<UInt64>(mask).store(affinity & UInt64(CPU.online))
    return 8
  }

  // MARK: Policies

  private static let realTimePolicies: Range<Int32> = 1..<3
  private static let resetOnFork: Int32 = 0x4000_0000

  private static func checkPolicy(_ caller: Thread, _ policy: Int32, _ priority: Int32) throws(Errno) {
    switch policy {
    case 0, 3, 5: guard priority == 0 else { throw .EINVAL }
    case 1, 2:
      guard priority >= 1, priority <= 99 else { throw .EINVAL }
      guard caller.process.credentials.euid == 0 else { throw .EPERM }
    default: throw .EINVAL
    }
  }

  static func setScheduler(
    _ caller: Thread, _ tid: Int32, _ policy: Int32, _ parameter: UserPointer<Int32>
  ) throws(Errno) -> Int {
    guard policy >= 0, !parameter.isNull else { throw .EINVAL }
    let priority = try parameter.load()
    let plain = policy & ~resetOnFork
    return try withThread(caller, tid) { (thread) throws(Errno) in
      try checkPolicy(caller, plain, priority)
      try checkMayChange(caller, thread)
      thread.scheduling.policy = plain
      thread.scheduling.priority = priority
      return 0
    }
  }

  static func getScheduler(_ caller: Thread, _ tid: Int32) throws(Errno) -> Int {
    Int(try withThread(caller, tid) { $0.scheduling.policy })
  }

  static func setSchedulerParameter(
    _ caller: Thread, _ tid: Int32, _ parameter: UserPointer<Int32>
  ) throws(Errno) -> Int {
    let policy = Int32(try getScheduler(caller, tid))
    return try setScheduler(caller, tid, policy, parameter)
  }

  static func getSchedulerParameter(
    _ caller: Thread, _ tid: Int32, _ parameter: UserPointer<Int32>
  ) throws(Errno) -> Int {
    guard !parameter.isNull else { throw .EINVAL }
    try parameter.store(try withThread(caller, tid) { $0.scheduling.priority })
    return 0
  }

  /// sched_get_priority_max(2) and _min.
  static func priorityLimit(_ policy: Int32, isMaximum: Bool) throws(Errno) -> Int {
    switch policy {
    case 1, 2: isMaximum ? 99 : 1
    case 0, 3, 5, 6: 0
    default: throw .EINVAL
    }
  }

  static func roundRobinInterval(
    _ caller: Thread, _ tid: Int32, _ out: UserPointer<Timespec>
  ) throws(Errno) -> Int {
    let policy = try withThread(caller, tid) { $0.scheduling.policy }
    try out.store(Timespec(totalNanoseconds: policy == 1 ? 0 : Scheduler.tickNanoseconds))
    return 0
  }

  // MARK: Nice

  /// The threads that a which and who of getpriority(2) mean. Lock: `process_table`.
  /// - Throws: EINVAL, ESRCH.
  private static func threads(_ caller: Thread, _ which: Int32, _ who: Int32) throws(Errno) -> [Thread] {
    let found: [Thread]
    switch which {
    case 0:
      let thread = who == 0 ? caller : ProcessTable.thread(who)
      found = thread.map { [$0] } ?? []
    case 1:
      let group = who == 0 ? caller.process.group : who
      found = ProcessTable.processes.filter { $0.group == group }.flatMap { $0.threads }
    case 2:
      let uid = who == 0 ? caller.process.credentials.uid : UInt32(bitPattern: who)
      found = ProcessTable.processes.filter { $0.credentials.uid == uid }.flatMap { $0.threads }
    default: throw .EINVAL
    }
    guard !found.isEmpty else { throw .ESRCH }
    return found
  }

  /// Returns 20 - nice of the most favoured, as the raw call has it.
  static func getpriority(_ caller: Thread, _ which: Int32, _ who: Int32) throws(Errno) -> Int {
    // The caller's own, which nobody else has to be asked for.
    if which == 0, who == 0 { return 20 - Int(caller.scheduling.nice) }
    return try ProcessTable.lock.withLock { () throws(Errno) in
      let nice = try threads(caller, which, who).map { $0.scheduling.nice }.min() ?? 0
      return 20 - Int(nice)
    }
  }

  /// - Throws: EACCES to be favoured, EPERM for others' processes, unless root.
  static func setpriority(_ caller: Thread, _ which: Int32, _ who: Int32, _ nice: Int32) throws(Errno) -> Int {
    let wanted = max(-20, min(19, nice))
    return try ProcessTable.lock.withLock { () throws(Errno) in
      var failure: Errno? = nil
      for thread in try threads(caller, which, who) {
        do throws(Errno) {
          try checkMayChange(caller, thread)
          try checkNice(caller, thread, wanted)
          thread.scheduling.nice = wanted
        } catch { failure = error }
      }
      if let failure { throw failure }
      return 0
    }
  }

  /// RLIMIT_NICE: down to 20 - limit.
  private static func checkNice(_ caller: Thread, _ thread: Thread, _ nice: Int32) throws(Errno) {
    guard nice < thread.scheduling.nice, caller.process.credentials.euid != 0 else { return }
    let limit = thread.process.limits[ResourceLimits.nice].soft
    guard UInt64(20 - nice) <= limit else { throw .EACCES }
  }

  // MARK: Input and output

  /// ioprio_get(2): best effort, in the middle.
  static func ioprioGet(_ caller: Thread, _ which: Int32, _ who: Int32) throws(Errno) -> Int {
    guard which >= 1, which <= 3 else { throw .EINVAL }
    return try ProcessTable.lock.withLock { () throws(Errno) in
      Int(try threads(caller, which - 1, who)[0].scheduling.inputPriority)
    }
  }

  static func ioprioSet(_ caller: Thread, _ which: Int32, _ who: Int32, _ priority: Int32) throws(Errno) -> Int {
    let level = priority & 0x1fff
    switch priority >> 13 {
    case 0: guard level == 0 else { throw .EINVAL }
    case 1:
      guard level < 8 else { throw .EINVAL }
      guard caller.process.credentials.euid == 0 else { throw .EPERM }
    case 2: guard level < 8 else { throw .EINVAL }
    case 3: break
    default: throw .EINVAL
    }
    guard which >= 1, which <= 3 else { throw .EINVAL }
    return try ProcessTable.lock.withLock { () throws(Errno) in
      for thread in try threads(caller, which - 1, who) {
        try checkMayChange(caller, thread)
        thread.scheduling.inputPriority = priority
      }
      return 0
    }
  }
}

/// What a thread was told about its scheduling.
struct Scheduling {
  var nice: Int32 = 0
  /// SCHED_OTHER.
  var policy: Int32 = 0
  var priority: Int32 = 0
  var inputPriority: Int32 = 0
}
