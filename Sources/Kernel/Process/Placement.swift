// On which CPU a thread goes to run: where it ran last, unless that is busy and another it may use is idle; an idle CPU
// takes from the others' queues. Lock: the run queues', one at a time. Interrupts off in all of it.

import CMachine
import KernelCore

enum Placement {
  /// CPUs that have nothing to run, a bit each. A hint: the queue's lock decides.
  nonisolated(unsafe) private static var idleMask: UInt32 = 0

  static func setIdle(_ cpu: CPU, _ isIdle: Bool) {
    guard !CPU.isAlone else { return }
    let bit = UInt32(1) << UInt32(cpu.index)
    if isIdle { apus_atomic_or(&idleMask, bit) } else { apus_atomic_and(&idleMask, ~bit) }
  }

  /// Queues a runnable thread that is in no queue and on no CPU.
  static func enqueue(_ thread: Thread, near cpu: CPU) {
    thread.state = .running
    let target = choose(thread, near: cpu)
    target.runQueue.lock.acquireWithInterruptsOff()
    thread.cpu = target
    append(thread, to: target, preempts: target.isRunning(target.idle))
  }

  /// Queues a thread that has just become runnable; the lock of `cpu`, which it belongs to, is held and given up.
  @inline(__always)
  static func place(_ thread: Thread, near cpu: CPU) {
    let target = choose(thread, near: cpu)
    if target !== cpu {
      thread.cpu = target
      cpu.runQueue.lock.releaseWithInterruptsOff()
      target.runQueue.lock.acquireWithInterruptsOff()
    }
    append(thread, to: target, preempts: true)
  }

  /// Lock of `cpu` held, and given up. A new thread waits for its turn, a woken one gets it.
  @inline(__always)
  private static func append(_ thread: Thread, to cpu: CPU, preempts: Bool) {
    cpu.runQueue.append(thread)
    if preempts { cpu.block.pointee.need_resched = 1 }
    cpu.runQueue.lock.releaseWithInterruptsOff()
    if !CPU.isAlone, preempts, cpu !== CPU.current { Interprocessor.reschedule(cpu) }
  }

  @inline(__always)
  private static func choose(_ thread: Thread, near cpu: CPU) -> CPU {
    CPU.isAlone ? cpu : chooseAmongMany(thread, near: cpu)
  }

  @inline(never)
  private static func chooseAmongMany(_ thread: Thread, near cpu: CPU) -> CPU {
    let allowed = UInt32(truncatingIfNeeded: thread.affinity) & CPU.online
    let mayStay = allowed >> UInt32(cpu.index) & 1 != 0
    if mayStay, cpu.isRunning(cpu.idle), cpu.runQueue.isEmpty { return cpu }
    let idle = allowed & apus_atomic_load(&idleMask)
    if idle != 0 { return CPU.all[idle.trailingZeroBitCount] }
    return mayStay ? cpu : CPU.all[allowed.trailingZeroBitCount]
  }

  /// Threads wait here: a CPU that has halted with nothing to do wakes and looks for them. It may have halted before
  /// they were queued, while nobody was idle.
  static func askForHelp() {
    guard !CPU.isAlone else { return }
    let idle = apus_atomic_load(&idleMask)
    if idle != 0 { Interprocessor.reschedule(CPU.all[idle.trailingZeroBitCount]) }
  }

  /// Takes a thread from another queue. Returns whether there is something to run now.
  static func steal(for cpu: CPU) -> Bool {
    guard !CPU.isAlone else { return false }
    // Nobody is waited for while another queue may be free.
    var isOneLocked = false
    return takeOne(for: cpu, waits: false, &isOneLocked) || isOneLocked && takeOne(for: cpu, waits: true, &isOneLocked)
  }

  private static func takeOne(for cpu: CPU, waits: Bool, _ isOneLocked: inout Bool) -> Bool {
    for step in 1..<CPU.all.count {
      let victim = CPU.all[(cpu.index + step) % CPU.all.count]
      guard !victim.runQueue.isEmpty else { continue }
      if waits {
        victim.runQueue.lock.acquireWithInterruptsOff()
      } else if !victim.runQueue.lock.tryAcquireWithInterruptsOff() {
        isOneLocked = true
        continue
      }
      let thread = victim.runQueue.popFirst(for: cpu.index)
      thread?.cpu = cpu
      victim.runQueue.lock.releaseWithInterruptsOff()
      guard let thread else { continue }
      cpu.runQueue.lock.acquireWithInterruptsOff()
      cpu.runQueue.append(thread)
      cpu.runQueue.lock.releaseWithInterruptsOff()
      return true
    }
    return false
  }
}
