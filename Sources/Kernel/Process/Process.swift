// A process: what its threads share.
//
// `parent`, `group`, `session` and `threads` belong to the `process_table` lock. `lock` (class process) guards
// `children`, and of each child `end`, `unreportedChange` and `isReaped`: wait takes no other; so who changes them holds
// the parent's lock. It also guards what /proc looks at in other processes while they change it: memory, files, program.
// A process is owned by its parent's `children` until it is reaped. Memory and files go when the last thread ends.

import CMachine
import KernelCore
import LinuxABI

final class Process {
  let pid: Int32
  let lock = SpinLock<Locks.Process>()
  /// A kernel thread's: no signals, no memory.
  var isKernel = false
  unowned(unsafe) var parent: Process?
  var children: [Process] = []
  var threads: [Thread] = []
  var group: Int32 { didSet { if tableIndex != nil { ProcessTable.moveUse(from: oldValue, to: group) } } }
  var session: Int32 { didSet { if tableIndex != nil { ProcessTable.moveUse(from: oldValue, to: session) } } }
  /// Its place in the process table, while it stands there.
  var tableIndex: Int?

  /// The terminal that controls its session.
  var terminal: Terminal? { Terminals.find(session: session) }

  private(set) var addressSpace: AddressSpace?
  /// nil once the process has ended.
  var files: FileTable!
  var filesystem: FilesystemContext!
  var credentials: Credentials!
  var actions: SignalActions
  var pending = PendingSignals()
  /// Children that ended or changed, for wait.
  let childEvent = WaitQueue()
  /// Whoever called vfork waits here until this process execs or ends.
  let vforkDone = WaitQueue()
  var isVforkChild = false
  /// One thread is in exec and ends the others.
  var isDroppingThreads = false
  /// A thread has ended.
  let threadGone = WaitQueue()
  /// It has had a second thread since its last exec. Set before that one starts.
  var isMultithreaded = false
  let timers = ProcessTimers()

  // What prctl and personality keep.
  /// The signal that it gets when its parent ends.
  var deathSignal: Int32 = 0
  var isDumpable = true
  var isSubreaper = false
  var hasNoNewPrivileges = false
  var persona: UInt32 = 0

  /// How it ended; nil while it lives.
  var end: WaitStatus?
  /// Nobody may find it any more; it leaves the tables when a CPU has time.
  var isReaped = false
  unowned(unsafe) var nextDead: Process?
  /// Set when the process is to end: every thread leaves at its next return to user mode.
  var endingStatus: WaitStatus?
  var isEnding: Bool { endingStatus != nil }
  var exitSignal: Int32 = 17
  /// A stop or continue that wait has not reported yet.
  var unreportedChange: WaitStatus?
  var isStopped = false
  var hasExeced = false

  var name: ProcessName
  /// The program, for /proc/PID/exe.
  var executable: OpenFile?
  var argumentRange: (start: UInt, end: UInt) = (0, 0)
  var environmentRange: (start: UInt, end: UInt) = (0, 0)
  let startTime: UInt64
  /// TSC at the last exec, with the CPU's idle ticks then: what the command costs from exec to exit.
  var execTicks: UInt64 = 0
  var execIdleTicks: UInt64 = 0

  /// What its ended threads have used (lock: `process_table`), and the children that it waited for (`lock`).
  var endedUsage = Usage()
  var childUsage = Usage()
  var limits = ResourceLimits()

  init(
    pid: Int32, parent: Process?, addressSpace: AddressSpace?, files: FileTable, filesystem: FilesystemContext?,
    credentials: Credentials, actions: SignalActions, name: ProcessName
  ) {
    self.pid = pid
    self.parent = parent
    self.addressSpace = addressSpace
    self.files = files
    self.filesystem = filesystem
    self.credentials = credentials
    self.actions = actions
    self.name = name
    group = parent?.group ?? pid
    session = parent?.session ?? pid
    startTime = Clock.monotonic()
  }

  /// The thread that `pid` names, or the oldest that is left. Lock: `process_table`.
  var leader: Thread? { threads.first }

  // MARK: Memory

  /// Makes this process's memory the one that user addresses mean on `cpu`; a kernel thread sees none.
  @inline(__always)
  func loadAddressSpace(on cpu: CPU) { cpu.load(addressSpace) }

  /// Switches to other memory (exec) or to none (exit). Returns the old one, which nobody may be running on any more.
  func replaceAddressSpace(_ new: AddressSpace?) -> AddressSpace? {
    let old = addressSpace
    lock.withLock { addressSpace = new }
    CPU.current.load(new)
    return old
  }

  // MARK: Looks from outside, at a process that runs meanwhile

  var sharedAddressSpace: AddressSpace? { lock.withLock { addressSpace } }
  var sharedFiles: FileTable? { lock.withLock { files } }
  var sharedFilesystem: FilesystemContext? { lock.withLock { filesystem } }
  var sharedExecutable: OpenFile? { lock.withLock { executable } }

  /// What it has used until now, without its children. Lock: `process_table`.
  var usage: Usage {
    var sum = endedUsage
    for thread in threads { sum.add(thread.usage) }
    return sum
  }
}

/// Use of resources by threads: times in nanoseconds, sampled by the tick.
struct Usage {
  var user: UInt64 = 0
  var system: UInt64 = 0
  var faults: Int64 = 0
  var voluntarySwitches: Int64 = 0
  var involuntarySwitches: Int64 = 0
  /// Most pages that were mapped at once.
  var residentPages: Int64 = 0

  mutating func add(_ other: Usage) {
    user &+= other.user
    system &+= other.system
    faults &+= other.faults
    voluntarySwitches &+= other.voluntarySwitches
    involuntarySwitches &+= other.involuntarySwitches
    residentPages = max(residentPages, other.residentPages)
  }
}

/// The 15 bytes of a name that ps shows (prctl(2), PR_SET_NAME).
struct ProcessName {
  var bytes: InlineArray<16, UInt8> = InlineArray(repeating: 0)

  init() {}

  init(_ text: StaticString) {
    for index in 0..<min(15, text.utf8CodeUnitCount) { bytes[index] = text.utf8Start[index] }
  }

  /// The last component of a path.
  init(lastComponentOf path: [UInt8]) {
    var start = 0
    for index in path.indices where path[index] == UInt8(ascii: "/") { start = index + 1 }
    for index in 0..<min(15, path.count - start) { bytes[index] = path[start + index] }
  }

  var count: Int {
    for index in 0..<16 where bytes[index] == 0 { return index }
    return 15
  }

  var array: [UInt8] { (0..<count).map { bytes[$0] } }
}
