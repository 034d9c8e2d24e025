// One processor: its per-CPU block, run queue, sleeping threads and idle thread. Never freed.
//
// `block` is what %gs points at. Everything else is reached through `CPU.current`.

import CMachine
import KernelCore
import LinuxABI

final class CPU {
  let index: Int
  let block: UnsafeMutablePointer<apus_percpu>
  let descriptors: UnsafeMutableRawPointer
  let runQueue = RunQueue()
  let timers = TimerQueue()
  unowned(unsafe) private(set) var idle: Thread
  /// TSC ticks spent halted since boot; only this CPU writes.
  var idleTicks: UInt64 = 0
  /// TSC when the scheduler was last entered, while its probes are on.
  var schedulerEntry: UInt64 = 0
  /// When the next scheduler tick is due, in monotonic nanoseconds.
  var nextTick: UInt64 = 0

  nonisolated(unsafe) private(set) static var all: [CPU] = []

  @inline(__always)
  static var current: CPU {
    Unmanaged<CPU>.fromOpaque(apus_percpu().pointee.scheduler!)._withUnsafeGuaranteedRef { $0 }
  }

  /// Sets up the processor this runs on. `pages` are four zeroed pages; the code that runs now becomes its idle thread.
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
    Features.enable()
    Features.setCPUBlock(block)
    let top = UInt64(UInt(bitPattern: pages)) + UInt64(4 * pageSize)
    Descriptors.load(page: pages, gates: pages + pageSize, faultStackTop: top)
    Features.setCPUBlock(block)  // loading segments has cleared it
    setRunning(thread)
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
}
