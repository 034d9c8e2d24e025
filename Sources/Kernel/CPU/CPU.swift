// One processor: its per-CPU block, run queue, sleeping threads and idle thread. Never freed.
//
// `block` is what %gs points at. Everything else is reached through `CPU.current`. The boot CPU makes all of them before
// the others start, so `all` is read without a lock.

import CMachine
import KernelCore
import LinuxABI
import Tracer

final class CPU {
  /// How many there can be: masks of CPUs are 32 bits, flush requests 8 of them, the wire format's CPUs 8.
  static let limit = 8

  let index: Int
  let block: UnsafeMutablePointer<apus_percpu>
  let descriptors: UnsafeMutableRawPointer
  let runQueue = RunQueue()
  let timers = TimerQueue()
  unowned(unsafe) private(set) var idle: Thread
  /// Its local interrupt controller's number; known when it is online.
  private(set) var apicID: UInt32 = 0
  /// Threads and processes that ended here, and wait to be freed.
  var dead = DeadList()
  /// A thread that leaves this CPU for another one that it may run on, from its last switch here to the end of that.
  unowned(unsafe) var leaving: Thread?
  /// The user memory that the CPU sees; nil for none. Only this CPU touches it.
  unowned(unsafe) private var space: AddressSpace?
  /// TSC ticks spent halted since boot; only this CPU writes.
  var idleTicks: UInt64 = 0
  /// Nanoseconds in programs and in the kernel, as the tick finds it; the idle thread's are not counted.
  var userTime: UInt64 = 0
  var systemTime: UInt64 = 0
  /// TSC when the scheduler was last entered, while its probes are on.
  var schedulerEntry: UInt64 = 0
  /// TSC ticks that the thread which runs now had been away, while the scheduler's probes are on; 0 for unknown.
  var lastAway: UInt64 = 0
  /// When the next scheduler tick is due, in monotonic nanoseconds.
  var nextTick: UInt64 = 0
  /// When the next stack is to be looked at; never while nobody asks for it.
  var nextSample = UInt64.max
  /// For the stack that a probe walks.
  let stackBuffer = UnsafeMutablePointer<UInt64>.allocate(capacity: CPUTrace.stackLimit)

  nonisolated(unsafe) private(set) static var all: [CPU] = []
  nonisolated(unsafe) private static var onlineMask: UInt32 = 0

  /// The CPUs that run threads, a bit each.
  static var online: UInt32 { withUnsafePointer(to: &onlineMask) { apus_atomic_load($0) } }
  /// There is one only: nothing has to be asked of others.
  @inline(__always)
  static var isAlone: Bool { !AddressSpace.isMultiprocessor }

  /// Without a reference. There is a scheduler.
  @inline(__always)
  private static var running: Unmanaged<CPU> {
    Unmanaged<CPU>.fromOpaque(UnsafeRawPointer(bitPattern: UInt(apus_running_cpu())).unsafelyUnwrapped)
  }

  @inline(__always)
  static var current: CPU {
    running._withUnsafeGuaranteedRef { $0 }
  }

  /// Runs `body` with a CPU, without touching its reference count.
  @inline(__always)
  static func withCPU<Result>(_ index: Int, _ body: (CPU) -> Result) -> Result {
    pointers[index].unsafelyUnwrapped._withUnsafeGuaranteedRef(body)
  }
  nonisolated(unsafe) private static var pointers: InlineArray<8, Unmanaged<CPU>?> = InlineArray(repeating: nil)

  /// Makes the data of a processor and its idle thread. `pages` are eight zeroed pages: segments, gates, two of stack
  /// for double faults, two for NMI, two spare.
  init(
    index: Int, block: UnsafeMutablePointer<apus_percpu>, pages: UnsafeMutableRawPointer, idleProcess: Process
  ) throws(Errno) {
    self.index = index
    self.block = block
    self.descriptors = pages
    block.pointee.base = block
    block.pointee.cpu = UInt32(index)
    block.pointee.scheduler = nil
    let thread = try Thread(tid: 0, process: idleProcess, cpu: nil, kernelEntry: {})
    idle = thread
    thread.cpu = self
    _ = Unmanaged.passRetained(thread)
    _ = Unmanaged.passRetained(self)
    block.pointee.scheduler = Unmanaged.passUnretained(self).toOpaque()
    Self.all.append(self)
    Self.pointers[index] = Unmanaged.passUnretained(self)
  }

  /// Sets up the processor this runs on; the code that runs now becomes its idle thread.
  func activate() {
    Features.enable()
    Features.setCPUBlock(block)
    Descriptors.load(descriptors)
    Features.setCPUBlock(block)  // loading segments has cleared it
    setRunning(idle)
  }

  /// From here on the CPU takes threads and requests.
  func comeOnline() {
    apicID = LocalAPIC.identity
    apus_atomic_or(&Self.onlineMask, 1 << UInt32(index))
  }

  /// nil until the boot CPU is set up.
  static var currentIfReady: CPU? {
    apus_percpu().pointee.scheduler.map { Unmanaged<CPU>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Makes `thread` the one that traps and system calls enter on.
  @inline(__always)
  func setRunning(_ thread: Thread) {
    block.pointee.current = Unmanaged.passUnretained(thread).toOpaque()
    block.pointee.kernel_stack = thread.stack.top
    Descriptors.setKernelStack(thread.stack.top, page: descriptors)
  }

  /// Makes `new` the memory that user addresses mean on this CPU, which it is; nil for none. Interrupts off, or in
  /// process context, where nothing else changes it.
  @inline(__always)
  func load(_ new: AddressSpace?) {
    let old = space
    guard new !== old else { return }
    space = new
    // Seen as a user of the new before it can be one, and of the old until it no longer is: no flush may miss it.
    if let new {
      new.enter(cpu: index)
      apus_write_cr3(new.table.root.address.rawValue)
    } else {
      apus_write_cr3(KernelMap.table.root.address.rawValue)
    }
    old?.leave(cpu: index)
  }

  /// Acquisitions of a lock class, contended ones and ticks waited, over all CPUs.
  static func lockCounters(of lockClass: UInt32) -> InlineArray<3, UInt64> {
    var sums: InlineArray<3, UInt64> = [0, 0, 0]
    for cpu in all {
      let counters = apus_trace_locks(cpu.block)
      sums[0] &+= counters.acquired[Int(lockClass)]
      sums[1] &+= counters.contended[Int(lockClass)]
      sums[2] &+= counters.wait_sum[Int(lockClass)]
    }
    return sums
  }
}
