// Ticket spin locks, one type per discipline.
//
// SpinLock: for state that no interrupt handler touches. The kernel is not preemptible, so a holder runs until it
// releases; it must not sleep while holding. User copy is allowed under ranks below `address_space`.
// InterruptSpinLock: for state that interrupt handlers touch as well; interrupts are off while it is held.
//
// Checked builds (`make kernel CHECKED=1`, and the host's) also keep what each CPU holds; see LockCheck.swift.
// Counters are always on: one non-locked increment on this CPU per acquisition; waiting is timed only when it happens.

import CMachine
import Synchronization

/// A lock for state that no interrupt touches.
public struct SpinLock: ~Copyable, @unchecked Sendable {
  @usableFromInline let next = Atomic<UInt32>(0)
  @usableFromInline let owner = Atomic<UInt32>(0)
  @usableFromInline let lockClass: LockClass
  #if APUS_CHECKED
    @usableFromInline let isInterruptSafe: Bool

    @inlinable
    public init(_ declared: apus_lock_class, isInterruptSafe: Bool = false) {
      lockClass = LockClass(declared)
      self.isInterruptSafe = isInterruptSafe
    }

    /// What tells this lock from others of its class.
    @inlinable @inline(__always)
    var address: UnsafeRawPointer { withUnsafePointer(to: self) { UnsafeRawPointer($0) } }
  #else
    @inlinable
    public init(_ declared: apus_lock_class, isInterruptSafe: Bool = false) { lockClass = LockClass(declared) }
  #endif

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
    #if APUS_CHECKED
      LockCheck.willAcquire(address, lockClass, site: apus_here(), isPlain: !isInterruptSafe)
    #endif
    let ticket = next.wrappingAdd(1, ordering: .relaxed).oldValue
    if owner.load(ordering: .acquiring) != ticket { waitForTurn(ticket) }
    apus_count_lock(lockClass.rawValue)
    #if APUS_CHECKED
      LockCheck.acquired(address, lockClass, site: apus_here())
    #endif
  }

  @inlinable @inline(__always)
  public borrowing func release() {
    #if APUS_CHECKED
      LockCheck.released(address)
    #endif
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
  public init(_ declared: apus_lock_class) { lock = SpinLock(declared, isInterruptSafe: true) }

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

  /// For a lock that is not held by one stretch of code: the scheduler hands it to the thread it switches to. Interrupts
  /// are off already, and stay off until the release.
  @inlinable @inline(__always)
  public borrowing func acquireWithInterruptsOff() { lock.acquire() }

  @inlinable @inline(__always)
  public borrowing func releaseWithInterruptsOff() { lock.release() }
}
