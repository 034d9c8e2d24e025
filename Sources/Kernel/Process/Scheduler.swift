// Who runs next. Round robin per CPU; a slice is one tick. The kernel itself is not preempted: a switch happens where a
// thread sleeps, yields, or is about to return to user mode with `need_resched` set.

import CMachine
import KernelCore

enum Scheduler {
  /// 250 Hz.
  static let tickNanoseconds: UInt64 = 4_000_000

  /// Gives up the CPU. The caller has set its state; a `.running` thread is queued again behind the others.
  ///
  /// Nothing here may own a reference across the switch: a dead thread never comes back to give it up.
  static func yield() {
    let flags = apus_save_flags_cli()
    let plan = chooseNext()
    if plan.save != nil {
      apus_switch(plan.save, plan.load)
      finishSwitch()
    }
    apus_restore_flags(flags)
  }

  /// The stack pointers to exchange; `save` is nil when the running thread goes on.
  private struct SwitchPlan {
    var save: UnsafeMutablePointer<UInt64>?
    var load: UInt64 = 0
  }

  /// Takes the run queue's lock, and keeps it when there is something to switch to.
  @inline(never)
  private static func chooseNext() -> SwitchPlan {
    let cpu = CPU.current
    let current = Thread.current
    Probes.schedulerEntered(cpu)
    cpu.runQueue.lock.acquire()
    cpu.block.pointee.need_resched = 0
    let isRunnable = current.state == .running
    if isRunnable, current !== cpu.idle, !cpu.runQueue.isEmpty { cpu.runQueue.append(current) }
    guard let next = cpu.runQueue.popFirst() ?? (isRunnable ? nil : cpu.idle), next !== current else {
      cpu.runQueue.lock.release()
      return SwitchPlan()
    }
    prepareSwitch(cpu, from: current, to: next)
    return SwitchPlan(save: current.savedStackPointer, load: next.savedStackPointer.pointee)
  }

  /// Puts a new or woken thread on a CPU's queue.
  static func enqueue(_ thread: Thread, on cpu: CPU) {
    let flags = apus_save_flags_cli()
    cpu.runQueue.lock.acquire()
    thread.cpu = cpu
    thread.state = .running
    cpu.runQueue.append(thread)
    if cpu.block.pointee.current == Unmanaged.passUnretained(cpu.idle).toOpaque() { cpu.block.pointee.need_resched = 1 }
    cpu.runQueue.lock.release()
    apus_restore_flags(flags)
  }

  /// Makes a sleeping thread runnable. Safe from interrupts; does nothing for a thread that is not asleep.
  static func wake(_ thread: Thread) {
    let flags = apus_save_flags_cli()
    let cpu = thread.cpu.unsafelyUnwrapped
    cpu.runQueue.lock.acquire()
    if thread.state == .sleeping || thread.state == .stopped && thread.isKilled {
      thread.state = .running
      // Still on its CPU: it has not switched away yet and will see its state.
      if cpu.block.pointee.current != Unmanaged.passUnretained(thread).toOpaque() {
        cpu.runQueue.append(thread)
        cpu.block.pointee.need_resched = 1
      }
    }
    cpu.runQueue.lock.release()
    apus_restore_flags(flags)
  }

  /// Continues a thread that a signal stopped.
  static func resume(_ thread: Thread) {
    let flags = apus_save_flags_cli()
    let cpu = thread.cpu.unsafelyUnwrapped
    cpu.runQueue.lock.acquire()
    if thread.state == .stopped {
      thread.state = .running
      if cpu.block.pointee.current != Unmanaged.passUnretained(thread).toOpaque() { cpu.runQueue.append(thread) }
    }
    cpu.runQueue.lock.release()
    apus_restore_flags(flags)
  }

  /// Everything of a switch but the stacks. Run queue locked, interrupts off.
  private static func prepareSwitch(_ cpu: CPU, from: Thread, to: Thread) {
    Probes.contextSwitch(cpu, from: from, to: to)
    let now = apus_rdtsc()
    from.cpuTicks &+= now &- from.lastSwitchIn
    to.lastSwitchIn = now
    from.switchCount &+= 1
    if from.hasUserState { from.saveUserState() }
    cpu.setRunning(to)
    if to.hasUserState { to.loadUserState() }
    to.process.loadAddressSpace()
  }

  /// The first thing a thread does when it gets the CPU.
  static func finishSwitch() {
    CPU.current.runQueue.lock.release()
  }

  /// The idle thread: runs when nothing else can, halts until an interrupt.
  static func idle() -> Never {
    while true {
      Reaper.run()
      apus_cli()
      let cpu = CPU.current
      if cpu.runQueue.isEmpty {
        let start = apus_rdtsc()
        apus_sti_hlt()
        apus_cli()
        cpu.idleTicks &+= apus_rdtsc() &- start
      }
      apus_sti()
      yield()
    }
  }

  /// The timer interrupt. Interrupts are off.
  static func timerInterrupt(fromUser: Bool) {
    let cpu = CPU.current
    let now = Clock.monotonic()
    cpu.timers.expire(now: now)
    if now >= cpu.nextTick {
      cpu.nextTick = max(cpu.nextTick &+ tickNanoseconds, now &+ tickNanoseconds / 2)
      if !cpu.runQueue.isEmpty { cpu.block.pointee.need_resched = 1 }
      Thread.current.accountTick(fromUser: fromUser)
      if cpu.index == 0 {
        ConsoleInput.tick()
        TraceLine.tick()
      }
    }
    programTimer(cpu, now: now)
  }

  /// Sets this CPU's timer for the next tick or deadline, whichever is first.
  static func programTimer(_ cpu: CPU, now: UInt64) {
    let next = min(cpu.nextTick, cpu.timers.nextDeadline)
    LocalAPIC.startTimer(Clock.timerTicks(in: next > now ? next - now : 1))
  }
}
