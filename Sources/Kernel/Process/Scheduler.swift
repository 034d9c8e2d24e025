// Who runs next. Round robin per CPU; a slice is one tick. The kernel itself is not preempted: a switch happens where a
// thread sleeps, yields, or is about to return to user mode with `need_resched` set.
//
// A thread's state and place belong to the run queue of its `cpu`, whose lock is held across a switch; between two
// queues a thread is `running` in none, and only whoever moves it knows. Where a woken thread goes: Placement.swift.

import CMachine
import KernelCore

enum Scheduler {
  /// 250 Hz.
  static let tickNanoseconds: UInt64 = 4_000_000

  /// Gives up the CPU. The caller has set its state; a `.running` thread is queued again behind the others.
  ///
  /// Nothing here may own a reference across the switch: a dead thread never comes back to give it up.
  static func yield() {
    #if APUS_CHECKED
      LockCheck.expectNone(site: apus_here())
    #endif
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
    cpu.runQueue.lock.acquireWithInterruptsOff()
    cpu.block.pointee.need_resched = 0
    var isRunnable = current.state == .running
    if isRunnable, current !== cpu.idle {
      if !current.mayRun(on: cpu), !CPU.isAlone {
        cpu.leaving = current
        isRunnable = false
      } else if !cpu.runQueue.isEmpty {
        cpu.runQueue.append(current)
      }
    }
    guard let next = cpu.runQueue.popFirst() ?? (isRunnable ? nil : cpu.idle), next !== current else {
      cpu.runQueue.lock.releaseWithInterruptsOff()
      return SwitchPlan()
    }
    if !next.mayRun(on: cpu) { cpu.block.pointee.need_resched = 1 }  // moved away while it was queued
    prepareSwitch(cpu, from: current, to: next)
    return SwitchPlan(save: current.savedStackPointer, load: next.savedStackPointer.pointee)
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
    to.process.loadAddressSpace(on: cpu)
    if apus_key_blocking() { StackProbe.slept(cpu, to) }
  }

  /// The first thing a thread does when it gets the CPU.
  static func finishSwitch() {
    let cpu = CPU.current
    cpu.runQueue.lock.releaseWithInterruptsOff()
    if let leaving = cpu.leaving {
      cpu.leaving = nil
      Placement.enqueue(leaving, near: cpu)
    }
  }

  /// Puts a new thread on a queue: `cpu`'s, or an idle one's.
  static func enqueue(_ thread: Thread, on cpu: CPU) {
    let flags = apus_save_flags_cli()
    Placement.enqueue(thread, near: cpu)
    apus_restore_flags(flags)
  }

  /// Makes a sleeping thread runnable. Safe from interrupts; does nothing for a thread that is not asleep.
  static func wake(_ thread: Thread) {
    makeRunnable(thread) { $0.state == .sleeping || $0.state == .stopped && $0.isKilled }
  }

  /// Continues a thread that a signal stopped.
  static func resume(_ thread: Thread) { makeRunnable(thread) { $0.state == .stopped } }

  /// Has a thread look at `needsAttention` soon: it may be in user mode on another CPU.
  static func kick(_ thread: Thread) {
    guard !CPU.isAlone else { return }
    let cpu = thread.cpu.unsafelyUnwrapped
    if cpu !== CPU.current, cpu.isRunning(thread) { Interprocessor.reschedule(cpu) }
  }

  /// The same for a thread that may no longer run where it is.
  static func kickToReschedule(_ thread: Thread) {
    let flags = apus_save_flags_cli()
    let cpu = lockQueue(of: thread)
    cpu.block.pointee.need_resched = 1
    cpu.runQueue.lock.releaseWithInterruptsOff()
    if cpu !== CPU.current { Interprocessor.reschedule(cpu) }
    apus_restore_flags(flags)
  }

  @inline(__always)
  private static func makeRunnable(_ thread: Thread, if isWaiting: (Thread) -> Bool) {
    let flags = apus_save_flags_cli()
    let cpu = lockQueue(of: thread)
    if isWaiting(thread) {
      thread.state = .running
      if apus_key_blocking() { StackProbe.wakes(thread) }
      // Still on its CPU: it has not switched away yet and will see its state.
      if !cpu.isRunning(thread) {
        Placement.place(thread, near: cpu)
        return apus_restore_flags(flags)
      }
    }
    cpu.runQueue.lock.releaseWithInterruptsOff()
    apus_restore_flags(flags)
  }

  /// Locks the run queue that a thread belongs to; it may move until that is locked. Interrupts off.
  @inline(__always)
  private static func lockQueue(of thread: Thread) -> CPU {
    while true {
      let cpu = thread.cpu.unsafelyUnwrapped
      cpu.runQueue.lock.acquireWithInterruptsOff()
      if thread.cpu === cpu { return cpu }
      cpu.runQueue.lock.releaseWithInterruptsOff()
    }
  }

  /// The idle thread: runs when nothing else can, halts until an interrupt.
  static func idle() -> Never {
    while true {
      Reaper.run()
      apus_cli()
      let cpu = CPU.current
      if cpu.runQueue.isEmpty, !Placement.steal(for: cpu) { halt(cpu) }
      apus_sti()
      yield()
    }
  }

  /// Halts until something comes. Interrupts off; whoever queues a thread here sends an interrupt, which waits.
  private static func halt(_ cpu: CPU) {
    Placement.setIdle(cpu, true)
    defer { Placement.setIdle(cpu, false) }
    guard cpu.runQueue.isEmpty else { return }
    if Frames.isExhausted, !CPU.isAlone { Frames.giveBackKept() }
    // The boot CPU ticks for the console and the tracer's line.
    if cpu.index != 0 { LocalAPIC.startTimer(cpu.timers.ticksToDeadline) }
    let start = apus_rdtsc()
    apus_sti_hlt()
    apus_cli()
    cpu.idleTicks &+= apus_rdtsc() &- start
    if cpu.index != 0 { restartTick(cpu) }
  }

  private static func restartTick(_ cpu: CPU) {
    let now = Clock.monotonic()
    cpu.nextTick = now &+ tickNanoseconds
    programTimer(cpu, now: now)
  }

  /// The timer interrupt. Interrupts are off.
  static func timerInterrupt(_ frame: FramePointer) {
    let cpu = CPU.current
    let now = Clock.monotonic()
    if apus_key_samples() { StackProbe.timer(cpu, frame, now: now) }
    cpu.timers.expire(now: now)
    if now >= cpu.nextTick {
      cpu.nextTick = max(cpu.nextTick &+ tickNanoseconds, now &+ tickNanoseconds / 2)
      if !cpu.runQueue.isEmpty {
        cpu.block.pointee.need_resched = 1
        Placement.askForHelp()
      }
      account(cpu, fromUser: frame.pointee.isFromUser)
      if apus_key_scheduler() { Probes.ticked(cpu) }
      TraceLine.tick(cpu)
      if cpu.index == 0 { ConsoleInput.tick() }
    }
    programTimer(cpu, now: now)
  }

  private static func account(_ cpu: CPU, fromUser: Bool) {
    let thread = Thread.current
    thread.accountTick(fromUser: fromUser)
    guard thread !== cpu.idle else { return }
    if fromUser { cpu.userTime &+= tickNanoseconds } else { cpu.systemTime &+= tickNanoseconds }
  }

  /// Sets this CPU's timer for the next tick or deadline, whichever is first.
  static func programTimer(_ cpu: CPU, now: UInt64) {
    let next = min(cpu.nextTick, min(cpu.timers.nextDeadline, cpu.nextSample))
    LocalAPIC.startTimer(Clock.timerTicks(in: next > now ? next - now : 1))
  }
}

extension CPU {
  /// Whether `thread` is the one on this CPU now. Exact under the run queue's lock.
  @inline(__always)
  func isRunning(_ thread: Thread) -> Bool {
    block.pointee.current == Unmanaged.passUnretained(thread).toOpaque()
  }
}

extension TimerQueue {
  /// Timer ticks until the next deadline, 0 when there is none.
  var ticksToDeadline: UInt32 {
    let deadline = nextDeadline
    guard deadline != .max else { return 0 }
    let now = Clock.monotonic()
    return Clock.timerTicks(in: deadline > now ? deadline - now : 1)
  }
}
