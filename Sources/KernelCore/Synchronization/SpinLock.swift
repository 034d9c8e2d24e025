// Ticket spin locks, one type per discipline.
//
// SpinLock: for state that no interrupt handler touches. The kernel is not preemptible, so a holder runs until it
// releases; it must not sleep while holding. User copy is allowed under ranks below `address_space`.
// InterruptSpinLock: for state that interrupt handlers touch as well; interrupts are off while it is held.
//
// Counting is always on and costs two instructions: the class is counted on this CPU, and the place where the lock was
// taken is written into it, so that whoever has to wait knows who made it wait. Waiting is timed only when it happens;
// holding is timed while the key `locks` is on (LockProbe.swift). An attempt that finds the lock taken is counted too.
//
// Checked builds (`make kernel CHECKED=1`, and the host's) also keep what each CPU holds; see LockCheck.swift.

import CMachine
import Synchronization

/// A lock for state that no interrupt touches.
public struct SpinLock<Class: LockClassTag>: ~Copyable, @unchecked Sendable {
  @usableFromInline let next = Atomic<UInt32>(0)
  @usableFromInline let owner = Atomic<UInt32>(0)
  /// Where the lock was taken last: its row in `apus_sites` plus one, 0 for never. Written under the lock. `LockProbe`
  /// knows its place.
  @usableFromInline let holder = Atomic<UInt32>(0)
  #if APUS_CHECKED
    @usableFromInline let isInterruptSafe: Bool
    @usableFromInline let ranksAs: UInt32
  #endif

  /// `ranksAs` is for locks that are counted with their class and stand elsewhere in the order.
  @inlinable
  public init(isInterruptSafe: Bool = false, ranksAs: apus_lock_class = Class.declared) {
    #if APUS_CHECKED
      self.isInterruptSafe = isInterruptSafe
      self.ranksAs = ranksAs.rawValue
    #endif
  }

  /// What tells this lock from others of its class.
  @inlinable @inline(__always)
  var address: UnsafeRawPointer { withUnsafePointer(to: next) { UnsafeRawPointer($0) } }

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
      LockCheck.willAcquire(address, ranksAs, site: apus_here(), isPlain: !isInterruptSafe)
    #endif
    let ticket = next.wrappingAdd(1, ordering: .relaxed).oldValue
    if owner.load(ordering: .acquiring) != ticket { waitForTurn(ticket) }
    if apus_lock_taken(Class.number, word(holder)) { LockProbe.taken(address, Class.number) }
    #if APUS_CHECKED
      LockCheck.acquired(address, ranksAs, site: apus_here())
    #endif
  }

  @inlinable @inline(__always)
  public borrowing func release() {
    #if APUS_CHECKED
      LockCheck.released(address)
    #endif
    if apus_key_locks() { LockProbe.released(address) }
    apus_lock_pass(word(owner))
  }

  /// Takes the lock if it is free; whoever holds it or waits for it goes first. Returns whether it is held now.
  @inlinable @inline(__always)
  public borrowing func tryAcquire() -> Bool {
    // The lock is free when the next ticket's turn has come: nobody else can hold that ticket.
    let turn = owner.load(ordering: .acquiring)
    guard next.compareExchange(expected: turn, desired: turn &+ 1, ordering: .relaxed).exchanged else {
      tryFailed()
      return false
    }
    if apus_lock_taken(Class.number, word(holder)) { LockProbe.taken(address, Class.number) }
    #if APUS_CHECKED
      LockCheck.acquired(address, ranksAs, site: apus_here())
    #endif
    return true
  }

  @usableFromInline @inline(never)
  borrowing func tryFailed() { LockProbe.failedTry(Class.number, at: apus_return_address()) }

  @usableFromInline @inline(never)
  borrowing func waitForTurn(_ ticket: UInt32) {
    let start = apus_rdtsc()
    let blamed = holder.load(ordering: .relaxed)
    while owner.load(ordering: .acquiring) != ticket {
      // The holder may wait for this CPU to answer, which it cannot by an interrupt while they are off.
      if apus_cpu_requests() != 0 { apus_serve_requests() }
      apus_pause()
    }
    LockProbe.waited(Class.number, ticks: apus_rdtsc() &- start, holder: blamed, waiter: apus_return_address())
  }

  /// The word of an atomic, for the instructions that Swift has no name for.
  @inlinable @inline(__always)
  func word(_ atomic: borrowing Atomic<UInt32>) -> UnsafeMutablePointer<UInt32> {
    withUnsafePointer(to: atomic) {
      UnsafeMutableRawPointer(mutating: UnsafeRawPointer($0)).assumingMemoryBound(to: UInt32.self)
    }
  }
}

/// A lock for state that interrupt handlers touch too.
public struct InterruptSpinLock<Class: LockClassTag>: ~Copyable, @unchecked Sendable {
  @usableFromInline let lock: SpinLock<Class>

  @inlinable
  public init(ranksAs: apus_lock_class = Class.declared) { lock = SpinLock(isInterruptSafe: true, ranksAs: ranksAs) }

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
  public borrowing func tryAcquireWithInterruptsOff() -> Bool { lock.tryAcquire() }

  @inlinable @inline(__always)
  public borrowing func releaseWithInterruptsOff() { lock.release() }
}
