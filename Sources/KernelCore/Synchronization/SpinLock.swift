// Ticket spin locks, one type per discipline.
//
// SpinLock: for state that no interrupt handler touches. The kernel is not preemptible, so a holder runs until it
// releases; it must not sleep while holding. User copy is allowed under ranks below `address_space`.
// InterruptSpinLock: for state that interrupt handlers touch as well; interrupts are off while it is held.
//
// Counters are always on: one non-locked increment on this CPU per acquisition; waiting is timed only when it happens.

import CMachine
import Synchronization

/// A lock for state that no interrupt touches.
public struct SpinLock: ~Copyable, @unchecked Sendable {
  @usableFromInline let next = Atomic<UInt32>(0)
  @usableFromInline let owner = Atomic<UInt32>(0)
  @usableFromInline let lockClass: LockClass

  @inlinable
  public init(_ declared: apus_lock_class) { lockClass = LockClass(declared) }

  /// Runs `body` with the lock held.
  @inlinable @inline(__always)
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    acquire()
    defer { release() }
    return try body()
  }

  @inlinable @inline(__always)
  public borrowing func acquire() {
    let ticket = next.wrappingAdd(1, ordering: .relaxed).oldValue
    if owner.load(ordering: .acquiring) != ticket { waitForTurn(ticket) }
    apus_count_lock(lockClass.rawValue)
  }

  @inlinable @inline(__always)
  public borrowing func release() {
    owner.store(owner.load(ordering: .relaxed) &+ 1, ordering: .releasing)
  }

  /// True when somebody holds the lock; a hint, for assertions.
  public var isHeld: Bool { owner.load(ordering: .relaxed) != next.load(ordering: .relaxed) }

  @usableFromInline @inline(never)
  borrowing func waitForTurn(_ ticket: UInt32) {
    let start = apus_rdtsc()
    while owner.load(ordering: .acquiring) != ticket {
      // The holder may wait for this CPU to answer, which it cannot by an interrupt while they are off.
      if apus_cpu_requests() != 0 { apus_serve_requests() }
      apus_pause()
    }
    LockCounters.recordWait(lockClass, ticks: apus_rdtsc() &- start)
  }
}

/// A lock for state that interrupt handlers touch too.
public struct InterruptSpinLock: ~Copyable, @unchecked Sendable {
  @usableFromInline let lock: SpinLock

  @inlinable
  public init(_ declared: apus_lock_class) { lock = SpinLock(declared) }

  /// Runs `body` with the lock held and interrupts off.
  @inlinable @inline(__always)
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let flags = apus_save_flags_cli()
    lock.acquire()
    defer {
      lock.release()
      apus_restore_flags(flags)
    }
    return try body()
  }
}
