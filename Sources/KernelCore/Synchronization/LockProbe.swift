// What happens at a lock beyond taking it: called out of line, by a lock that was waited for, and by every lock while
// the key `locks` is on.
//
// Interrupts are off in here, so that an interrupt that takes locks finds the CPU's lists whole. Without a tracer
// (no second serial line) only the counters of the per-CPU block are kept.

import CMachine
import Tracer

public enum LockProbe {
  /// Accounts an acquisition that had to wait. With the lock held.
  @inline(never)
  static func waited(_ lockClass: UInt32, ticks: UInt64, holder: UInt32, waiter: UInt64) {
    let flags = apus_save_flags_cli()
    defer { apus_restore_flags(flags) }
    let counters = apus_trace_locks(apus_percpu())
    let index = Int(truncatingIfNeeded: lockClass)
    counters.contended[index] &+= 1
    counters.wait_sum[index] &+= ticks
    if ticks > counters.wait_max[index] { counters.wait_max[index] = ticks }
    guard let memory = apus_cpu_trace(), isWanted(CPUTrace(memory: memory)) else { return }
    CPUTrace(memory: memory).waited(lockClass, ticks: ticks, site: holder, waiter: waiter)
    if apus_key_blocking() { apus_trace_lock_wait(holder, ticks) }
  }

  /// An attempt has found the lock taken and gone on without it, at `place`.
  @inline(never)
  static func failedTry(_ lockClass: UInt32, at place: UInt64) {
    let flags = apus_save_flags_cli()
    defer { apus_restore_flags(flags) }
    guard let memory = apus_cpu_trace(), isWanted(CPUTrace(memory: memory)) else { return }
    CPUTrace(memory: memory).failedTry(lockClass, at: place)
  }

  /// The second half of taking a lock, whose place in the code counts no more while the key is on.
  @usableFromInline @inline(never)
  static func taken(_ lock: UnsafeRawPointer, _ lockClass: UInt32) {
    let flags = apus_save_flags_cli()
    defer { apus_restore_flags(flags) }
    apus_trace_locks(apus_percpu()).acquired[Int(truncatingIfNeeded: lockClass)] &+= 1
    guard let memory = apus_cpu_trace() else { return }
    // The lock's third word, from here and not from the caller, which would have to make its address on every lock.
    let site = lock.load(fromByteOffset: 8, as: UInt32.self)
    var serial: UInt64 = 0
    let isInterrupt = apus_percpu().pointee.interrupt_depth > 0
    let row = isInterrupt ? LockTaker.interrupt : UInt64(apus_current_call(&serial))
    guard row != LockTaker.unwanted, !isInterrupt || isWanted(CPUTrace(memory: memory)) else { return }
    let context = (isInterrupt ? LockContext.interrupt : 0) | (flags & 0x200 == 0 ? LockContext.interruptsOff : 0)
    CPUTrace(memory: memory).taken(
      UInt64(UInt(bitPattern: lock)), lockClass, site: site,
      by: LockTaker(row: row, serial: serial, context: context), now: apus_rdtsc())
  }

  // Of one process only: the running one's, and no interrupt's.
  private static func isWanted(_ trace: CPUTrace) -> Bool {
    guard trace.isFiltered else { return true }
    var serial: UInt64 = 0
    return UInt64(apus_current_call(&serial)) != LockTaker.unwanted
      && (apus_percpu().pointee.interrupt_depth == 0 || trace.admitsInterrupts)
  }

  /// The lock is about to be released.
  @usableFromInline @inline(never)
  static func released(_ lock: UnsafeRawPointer) {
    let flags = apus_save_flags_cli()
    defer { apus_restore_flags(flags) }
    guard let memory = apus_cpu_trace() else { return }
    CPUTrace(memory: memory).released(UInt64(UInt(bitPattern: lock)), now: apus_rdtsc())
  }
}
