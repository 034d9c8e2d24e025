// Probes of locks. `waited` runs whenever somebody had to wait, and `failedTry` when somebody would have had to; the
// others run while the key `locks` is on.
//
// All run with interrupts off, on the CPU that takes the lock. A lock may be released by another thread than took it,
// on the same CPU: the run queue's is. What was taken before the key came on is not known, and its release is ignored.
import CMachine

/// The locks that a CPU holds, and those that the running system call has held: part of a CPU's memory.
struct HeldLocks {
  struct Entry {
    var lock: UInt64
    var start: UInt64
    /// An instance row, plus one; 0 for none.
    var instance: UInt32
    var lockClass: UInt32
    var isInterrupt: UInt64
  }

  var count: UInt64
  /// Addresses of locks that the call `serial` has taken, the oldest overwritten.
  var serial: UInt64
  var pastCount: UInt64
  var past: InlineArray<8, UInt64>
  var entries: InlineArray<16, Entry>
}

extension CPUTrace {
  /// Counts an acquisition that took `ticks` of waiting for the holder at `site`.
  public func waited(_ lockClass: UInt32, ticks: UInt64, site: UInt32, waiter: UInt64) {
    guard admits(lockClass: lockClass) else { return }
    _ = count(row: RowIndex.lockWait(lockClass), duration: ticks)
    area.pointee.lockFacts.add(.wait, lockClass, UInt64(site), waiter, amount: ticks)
  }

  /// Counts an attempt, at the return address `place`, that found a lock of the class taken.
  public func failedTry(_ lockClass: UInt32, at place: UInt64) {
    guard admits(lockClass: lockClass) else { return }
    area.pointee.lockFacts.add(.failedTry, lockClass, 0, place)
  }

  /// A lock has been taken, at the site that the lock names.
  public func taken(_ lock: UInt64, _ lockClass: UInt32, site: UInt32, by taker: LockTaker, now: UInt64) {
    guard admits(lockClass: lockClass) else { return }
    let facts = area.pointee.lockFacts
    let held = area.pointee.heldLocks
    facts.add(.call, lockClass, taker.row, taker.context)
    let isInterrupt = taker.context & LockContext.interrupt
    noteOrder(lockClass, site: site, isInterrupt: isInterrupt, facts)
    if taker.serial != 0 { notePast(lock, lockClass, site: site, taker, facts) }
    let count = Int(truncatingIfNeeded: held.pointee.count)
    guard count < 16 else { return }
    held.pointee.entries[count] = HeldLocks.Entry(
      lock: lock, start: now, instance: instance(of: lock, lockClass, facts), lockClass: lockClass,
      isInterrupt: isInterrupt)
    held.pointee.count &+= 1
  }

  /// A lock is about to be released.
  public func released(_ lock: UInt64, now: UInt64) {
    let held = area.pointee.heldLocks
    let count = Int(truncatingIfNeeded: held.pointee.count)
    var index = count &- 1
    while index >= 0, held.pointee.entries[index].lock != lock { index &-= 1 }
    guard index >= 0 else { return }
    let entry = held.pointee.entries[index]
    while index &+ 1 < count {
      held.pointee.entries[index] = held.pointee.entries[index &+ 1]
      index &+= 1
    }
    held.pointee.count &-= 1
    _ = self.count(row: RowIndex.lockHold(entry.lockClass), duration: now &- entry.start)
    if entry.instance != 0 {
      area.pointee.lockFacts.add(to: Int(truncatingIfNeeded: entry.instance) &- 1, amount: now &- entry.start)
    }
  }

  /// An address space has ended, of whose anonymous pages `untouched` were never accessed. Interrupts are off.
  public func memoryEnded(untouched: UInt64) {
    area.pointee.lockFacts.add(.untouched, 0, untouched > 0 ? 1 : 0, amount: untouched)
  }

  /// A tick has found so many threads waiting for this CPU. Interrupts are off here and in the next.
  public func tick(queued: Int) {
    area.pointee.lockFacts.add(.runQueue, 0, amount: UInt64(truncatingIfNeeded: queued))
  }

  /// An interrupt has come.
  public func interrupt(_ vector: UInt64) { area.pointee.lockFacts.add(.interrupt, 0, vector) }

  /// The key has been turned on or off: what is held now is not known.
  public func forgetHeldLocks() { area.pointee.heldLocks.pointee.count = 0 }

  // Edges from the innermost lock held in the same context: the others have theirs already.
  private func noteOrder(_ lockClass: UInt32, site: UInt32, isInterrupt: UInt64, _ facts: TallyTable) {
    let held = area.pointee.heldLocks
    guard held.pointee.count > 0 else { return }
    let last = held.pointee.entries[Int(truncatingIfNeeded: held.pointee.count) &- 1]
    if last.isInterrupt == isInterrupt { facts.add(.order, lockClass, UInt64(last.lockClass), UInt64(site)) }
  }

  private func notePast(
    _ lock: UInt64, _ lockClass: UInt32, site: UInt32, _ taker: LockTaker, _ facts: TallyTable
  ) {
    let held = area.pointee.heldLocks
    if held.pointee.serial != taker.serial {
      held.pointee.serial = taker.serial
      held.pointee.pastCount = 0
    }
    let count = Int(truncatingIfNeeded: held.pointee.pastCount)
    for index in 0..<(count < 8 ? count : 8) where held.pointee.past[index] == lock {
      return facts.add(.again, lockClass, taker.row, UInt64(site))
    }
    held.pointee.past[count & 7] = lock
    held.pointee.pastCount &+= 1
  }

  // Classes of a few locks have a row for each; of a class with more, the first ones do.
  private func instance(of lock: UInt64, _ lockClass: UInt32, _ facts: TallyTable) -> UInt32 {
    guard facts.used < facts.capacity / 2 else { return 0 }
    let key = LockFactKind.instance.rawValue | UInt64(lockClass & 0xff) << 4
    guard let row = facts.row(key, lock) else { return 0 }
    return UInt32(truncatingIfNeeded: row &+ 1)
  }
}
