// Stacks for the tracer: of what runs, at the timer's rate; of what sleeps and who wakes it; of who waits for a lock.
//
// All of it runs with interrupts off on the CPU it counts for. A sample is taken where interrupts are on: code that
// runs with them off is seen at the place that turns them on again. CPUs that halt take no samples.

import CMachine
import KernelCore
import Tracer

enum StackProbe {
  /// Samples a second on each CPU: a prime, so that what happens at round rates is not met in step.
  nonisolated(unsafe) private(set) static var rate: UInt32 = 997
  private static var period: UInt64 { 1_000_000_000 / UInt64(rate) }

  /// From 1 to 10,000.
  static func setRate(_ hertz: UInt32) { rate = min(max(hertz, 1), 10_000) }

  /// At each timer interrupt while the key `samples` is on.
  @inline(never)
  static func timer(_ cpu: CPU, _ frame: FramePointer, now: UInt64) {
    guard now >= cpu.nextSample || cpu.nextSample == .max else { return }
    let isFirst = cpu.nextSample == .max
    // What was missed while the CPU was away is not made up for.
    cpu.nextSample = isFirst || now &- cpu.nextSample > period ? now &+ period : cpu.nextSample &+ period
    let thread = Thread.current
    guard !isFirst, thread !== cpu.idle, isWanted(thread) else { return }
    withWalk(cpu) { walk in
      walk.walk(interrupted: frame, of: thread)
      count(.running, thread, walk, amount: 0)
    }
  }

  /// `thread` has just got the CPU, after `ticks` without one.
  @inline(never)
  static func slept(_ cpu: CPU, _ thread: Thread) {
    let away = cpu.lastAway
    guard away != 0, thread !== cpu.idle, isWanted(thread) else { return }
    withWalk(cpu) { walk in
      walk.walkSleeping(thread)
      count(.sleeping, thread, walk, amount: away)
    }
  }

  /// The running thread, or an interrupt, makes `thread` runnable.
  @inline(never)
  static func wakes(_ thread: Thread) {
    let since = thread.tracePointer.pointee.switchedOutAt
    guard since != 0, isWanted(thread) else { return }
    withWalk(CPU.current) { walk in
      walk.walkCurrent(Thread.current)
      walk.append(StackAddress.program(Thread.current.tracePointer.pointee.program))
      count(.waking, thread, walk, amount: apus_rdtsc() &- since)
    }
  }

  fileprivate static func waited(holder: UInt32, ticks: UInt64) {
    guard isWanted(Thread.current) else { return }
    withWalk(CPU.current) { walk in
      walk.walkCurrent(Thread.current)
      walk.append(StackAddress.site(holder))
      count(.lockWait, Thread.current, walk, amount: ticks)
    }
  }

  fileprivate static func isWanted(_ thread: Thread) -> Bool {
    apus_cpu_trace().map { CPUTrace(memory: $0).admits(thread.tracePointer) } ?? false
  }

  private static func count(_ kind: StackKind, _ thread: Thread, _ walk: StackWalk, amount: UInt64) {
    CPUTrace.current.addStack(
      kind, program: thread.tracePointer.pointee.program, walk.addresses, count: walk.count, amount: amount)
  }

  @inline(__always)
  private static func withWalk(_ cpu: CPU, _ body: (inout StackWalk) -> Void) {
    guard cpu.block.pointee.trace != nil else { return }
    var walk = StackWalk(into: cpu.stackBuffer)
    body(&walk)
  }
}

@c
func apus_trace_lock_wait(_ holder: UInt32, _ ticks: UInt64) {
  // A CPU that is starting waits for locks before it has a thread.
  if apus_current() != nil { StackProbe.waited(holder: holder, ticks: ticks) }
}

@c
func apus_current_call(_ serial: UnsafeMutablePointer<UInt64>) -> UInt32 {
  serial.pointee = 0
  guard apus_current() != nil else { return UInt32(LockTaker.noCall) }
  return Thread.running._withUnsafeGuaranteedRef { thread in
    guard StackProbe.isWanted(thread) else { return UInt32(LockTaker.unwanted) }
    guard thread.hasUserState, thread.userFrame.pointee.isSystemCall else { return UInt32(LockTaker.noCall) }
    // What a call does again after it has slept is no repetition.
    serial.pointee = thread.tracePointer.pointee.callStart ^ UInt64(truncatingIfNeeded: thread.switchCount) << 40 | 1
    return UInt32(truncatingIfNeeded: min(thread.userFrame.pointee.error, UInt64(RowIndex.other)))
  }
}
