// One processor: its per-CPU block, run queue, sleeping threads and idle thread. Never freed.
//
// `block` is what %gs points at. Everything else is reached through `CPU.current`.

import CMachine
import KernelCore

final class CPU {
  let index: Int
  let block: UnsafeMutablePointer<apus_percpu>
  let descriptors: UnsafeMutableRawPointer
  let runQueue = RunQueue()
  let timers = TimerQueue()
  unowned(unsafe) var idle: Thread
  /// TSC ticks spent halted since boot; only this CPU writes.
  var idleTicks: UInt64 = 0
  /// When the next scheduler tick is due, in monotonic nanoseconds.
  var nextTick: UInt64 = 0

  nonisolated(unsafe) private(set) static var all: [CPU] = []

  @inline(__always)
  static var current: CPU {
    Unmanaged<CPU>.fromOpaque(apus_percpu().pointee.scheduler!)._withUnsafeGuaranteedRef { $0 }
  }

  /// Sets up the processor this runs on; `idle` becomes its running thread.
  init(index: Int, block: UnsafeMutablePointer<apus_percpu>, pages: UnsafeMutableRawPointer, idle: Thread) {
    self.index = index
    self.block = block
    self.descriptors = pages
    self.idle = idle
    block.pointee.self = block
    block.pointee.cpu = UInt32(index)
    Self.all.append(self)
    _ = Unmanaged.passRetained(self)
    block.pointee.scheduler = Unmanaged.passUnretained(self).toOpaque()
    block.pointee.current = Unmanaged.passRetained(idle).toOpaque()
    Features.enable()
    Features.setCPUBlock(block)
    Descriptors.load(
      page: pages, gates: pages + pageSize, faultStackTop: UInt64(UInt(bitPattern: pages)) + UInt64(4 * pageSize))
  }

  /// Makes `thread` the one that traps and system calls enter on.
  @inline(__always)
  func setRunning(_ thread: Thread) {
    block.pointee.current = Unmanaged.passUnretained(thread).toOpaque()
    block.pointee.kernel_stack = thread.stack.top
    Descriptors.setKernelStack(thread.stack.top, page: descriptors)
  }
}
