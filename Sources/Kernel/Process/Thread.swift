// A thread: what the scheduler runs.
//
// Created by clone or as a kernel thread, owned by its process's list and by the scheduler until the reaper drops it.
// `state`, `cpu` and `nextRunnable` belong to the run queue's lock; `pending` and `mask` to the process's `signals`
// lock; everything else to the thread itself.

import CMachine
import KernelCore
import LinuxABI
import Synchronization
import Tracer

/// What a thread is doing, as the scheduler sees it.
enum ThreadState: UInt8 {
  /// On a CPU or in a run queue.
  case running
  case sleeping
  /// By SIGSTOP and its like; only SIGCONT or SIGKILL ends it.
  case stopped
  case dead
}

final class Thread: Sleeper {
  /// Changes when a thread that is not the first execs: it takes the process's number. Lock: `process_table`.
  private(set) var tid: Int32
  let process: Process
  let stack: KernelStack
  /// Code of a kernel thread; nil for a user thread.
  let kernelEntry: (() -> Void)?

  var state = ThreadState.running
  unowned(unsafe) var cpu: CPU!
  unowned(unsafe) var nextRunnable: Thread?
  /// CPUs it may run on, a bit each (sched_setaffinity(2)).
  var affinity: UInt64 = .max

  /// 512 bytes for fxsave, the saved stack pointer, the tracer's part.
  private let savedState: UnsafeMutableRawPointer
  private static var traceOffset: Int { 528 }
  /// The tracer's part of the thread, where probes update it in place.
  let tracePointer: UnsafeMutablePointer<ThreadTrace>
  var threadPointer: UInt64 = 0
  var hasUserState: Bool { kernelEntry == nil }

  /// Something waits to be done before the thread returns to user mode: a signal, or its end.
  var needsAttention = false
  var mask = SignalSet()
  var pending = PendingSignals()
  /// Mask to restore when the signal that ended sigsuspend or ppoll has been delivered.
  var savedMask: SignalSet? = nil
  var signalStack = SignalStack()
  /// Where an interrupted nanosleep goes on when no handler ran.
  var resumeDeadline: UInt64? = nil
  /// Set once the thread is to end.
  var isExiting = false
  /// What it gave to exit(2): the last thread's is the process's, unless the whole process was ended.
  var status = WaitStatus.exited(0)
  /// Signals that sigtimedwait waits for: they come to this thread though it blocks them. Lock: `signals`.
  var awaited = SignalSet()
  /// What prctl(PR_SET_NAME) gave a thread other than the first.
  var ownName: ProcessName?
  var name: ProcessName { ownName ?? process.name }
  var scheduling = Scheduling()
  var timerSlack: UInt = 50_000
  /// Its own share of the process's use; written by the CPU that runs it.
  var usage = Usage()
  var isKilled: Bool { isExiting || process.isEnding }
  var clearTIDAddress: UInt = 0
  var robustList: UInt = 0

  private(set) lazy var futexWaiter = FutexWaiter(self)
  private(set) lazy var waitEntry = WaitEntry(self)
  private lazy var sleepTimer = SleepTimer(self)
  fileprivate(set) var timedOut = false
  /// Run by a new user thread before it enters user mode: the first program's exec.
  var startup: (() -> Void)?
  /// CLONE_CHILD_SETTID: where the new thread writes its number first of all.
  var writeTIDAtStart: UInt = 0
  /// TSC when it last got a CPU, and ticks it has had.
  var lastSwitchIn: UInt64 = 0
  var cpuTicks: UInt64 = 0
  var switchCount: UInt64 = 0

  /// - Throws: ENOMEM, EAGAIN.
  init(tid: Int32, process: Process, cpu: CPU?, kernelEntry: (() -> Void)? = nil) throws(Errno) {
    self.tid = tid
    self.process = process
    self.kernelEntry = kernelEntry
    stack = try KernelStack.allocate()
    savedState = UnsafeMutableRawPointer.allocate(
      byteCount: Self.traceOffset + MemoryLayout<ThreadTrace>.size, alignment: 16)
    savedState.initializeMemory(as: UInt8.self, repeating: 0, count: Self.traceOffset)
    tracePointer = (savedState + Self.traceOffset).bindMemory(to: ThreadTrace.self, capacity: 1)
    tracePointer.initialize(to: ThreadTrace(tid: UInt32(tid)))
    self.cpu = cpu ?? CPU.currentIfReady
    super.init()
    resetUserState()
  }

  deinit {
    savedState.deallocate()
    stack.release()
  }

  /// The thread running on this CPU, without a reference. There is a scheduler.
  @inline(__always)
  static var running: Unmanaged<Thread> {
    Unmanaged<Thread>.fromOpaque(UnsafeRawPointer(bitPattern: UInt(apus_running())).unsafelyUnwrapped)
  }

  /// The thread running on this CPU. Valid in process context only.
  @inline(__always)
  static var current: Thread { Thread.running._withUnsafeGuaranteedRef { $0 } }

  @inline(__always)
  func mayRun(on cpu: CPU) -> Bool { affinity >> UInt64(cpu.index) & 1 != 0 }

  override func wake() { Scheduler.wake(self) }

  /// Takes the process's number. Lock: `process_table`.
  func becomeLeader() {
    ProcessTable.renumber(self, to: process.pid) { tid = process.pid }
    tracePointer.pointee.tid = UInt32(tid)
  }

  /// The tick found this thread running. Interrupts off, on its own CPU.
  func accountTick(fromUser: Bool) {
    if fromUser {
      usage.user &+= Scheduler.tickNanoseconds
    } else {
      usage.system &+= Scheduler.tickNanoseconds
    }
    if process.timers.wantsTicks { needsAttention = true }
  }

  /// The end of an interrupted wait that is started again, once.
  func takeResumeDeadline() -> UInt64? {
    defer { resumeDeadline = nil }
    return resumeDeadline
  }

  // MARK: Saved state

  /// CPU time in TSC ticks, the running slice included.
  var cpuTicksNow: UInt64 { cpuTicks &+ (apus_rdtsc() &- lastSwitchIn) }

  var savedStackPointer: UnsafeMutablePointer<UInt64> {
    (savedState + 512).assumingMemoryBound(to: UInt64.self)
  }

  /// The frame at the top of the kernel stack: the thread's user registers.
  var userFrame: FramePointer {
    FramePointer(bitPattern: UInt(stack.top) - UInt(MemoryLayout<TrapFrame>.size)).unsafelyUnwrapped
  }

  /// The 512 bytes of x87 and SSE state.
  var floatingPointState: UnsafeMutableRawPointer { savedState }

  func saveUserState() { apus_fxsave(savedState) }

  func loadUserState() {
    apus_fxrstor(savedState)
    Features.setThreadPointer(threadPointer)
  }

  /// x87 and SSE as a new program finds them (fninit, MXCSR 0x1f80).
  func resetUserState() {
    savedState.initializeMemory(as: UInt64.self, repeating: 0, count: 64)
    savedState.storeBytes(of: 0x037f, as: UInt16.self)
    savedState.storeBytes(of: 0x1f80, toByteOffset: 24, as: UInt32.self)
  }

  /// Arranges the stack so that the first switch to this thread calls `apus_thread_main`.
  func prepareFirstSwitch() {
    let base = UInt(stack.top) - UInt(MemoryLayout<TrapFrame>.size) - 56
    let words = UnsafeMutablePointer<UInt64>(bitPattern: base).unsafelyUnwrapped
    for index in 0..<6 { words[index] = 0 }
    words[6] = apus_address_thread_start()
    savedStackPointer.pointee = UInt64(base)
  }

  // MARK: Sleeping

  /// Sleeps on `queue` until `attempt` gives a value. `attempt` runs with no lock held, may throw, and returns nil to
  /// sleep on. Deadline in nanoseconds of the monotonic clock.
  /// - Throws: what `attempt` throws; `.restart` when a signal is pending; ETIMEDOUT after the deadline.
  @inline(__always)
  func sleep<Result>(
    on queue: WaitQueue, deadline: UInt64? = nil, until attempt: () throws(Errno) -> Result?
  ) throws(Errno) -> Result {
    if let result = try attempt() { return result }
    let entry = waitEntry
    queue.enqueue(entry)
    defer { queue.remove(entry) }
    return try sleep(deadline: deadline, until: attempt)
  }

  /// The same for a thread that stands in its queues already, or only waits for time.
  func sleep<Result>(
    deadline: UInt64? = nil, until attempt: () throws(Errno) -> Result?
  ) throws(Errno) -> Result {
    timedOut = false
    if let deadline { cpu.timers.arm(sleepTimer, deadline: deadline) }
    defer {
      if deadline != nil { cpu.timers.disarm(sleepTimer) }
      state = .running
    }
    if let deadline, deadline < cpu.nextTick { reprogramTimer() }
    while true {
      state = .sleeping
      // Whoever changes the condition looks at the state after it: the state must be seen before the condition is read.
      atomicMemoryFence(ordering: .sequentiallyConsistent)
      if let result = try attempt() { return result }
      if hasDeliverableSignal { throw .restart }
      if timedOut { throw .ETIMEDOUT }
      let start = Probes.sleep.begin(self)
      Scheduler.yield()
      Probes.sleep.end(start, self)
    }
  }

  /// Sleeps until `isDone`, whatever signals come.
  func sleepThroughSignals(on queue: WaitQueue, until isDone: () -> Bool) {
    let entry = waitEntry
    queue.enqueue(entry)
    while true {
      state = .sleeping
      atomicMemoryFence(ordering: .sequentiallyConsistent)
      if isDone() { break }
      Scheduler.yield()
    }
    state = .running
    queue.remove(entry)
  }

  private func reprogramTimer() {
    let flags = apus_save_flags_cli()
    Scheduler.programTimer(CPU.current, now: Clock.monotonic())
    apus_restore_flags(flags)
  }

  private final class SleepTimer: Timer {
    unowned(unsafe) let thread: Thread
    init(_ thread: Thread) { self.thread = thread }

    override func expire() {
      thread.timedOut = true
      Scheduler.wake(thread)
    }
  }
}

/// The first Swift code of a new thread, on its own stack, the run queue still locked by the switch.
@c
func apus_thread_main() {
  Scheduler.finishSwitch()
  apus_sti()
  runFirst()
  prepareReturnToUser(Thread.currentUserFrame)
}

/// What a new thread does in the kernel. Not inlined: its references must be gone before the thread can end.
@inline(never)
private func runFirst() {
  let thread = Thread.current
  if let entry = thread.kernelEntry {
    entry()
    thread.isExiting = true
    thread.needsAttention = true
    return
  }
  if thread.writeTIDAtStart != 0 {
    do throws(Errno) { try UserPointer<Int32>(thread.writeTIDAtStart).store(thread.tid) } catch {}
  }
  if let startup = thread.startup {
    thread.startup = nil
    startup()
  }
}

extension Thread {
  @inline(__always)
  static var currentUserFrame: FramePointer {
    Thread.running._withUnsafeGuaranteedRef { $0.userFrame }
  }
}
