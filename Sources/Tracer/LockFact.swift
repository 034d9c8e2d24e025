// What is known beyond counters, each fact a row of a table. Most are about locks: who made whom wait, which system call
// takes what, in which order, in which context. The last are about memory and CPUs.
//
// The first word of a row's key has the fact's kind in bits 0…3, the lock class in bits 4…11 and one number above; the
// second word is the other number.

/// The kinds of facts; the numbers are the wire's.
public enum LockFactKind: UInt64, Sendable {
  /// Waits of the class, by the site of the holder and the waiter's address. Sum and
  /// maximum: TSC ticks waited.
  case wait = 1
  /// Acquisitions by the row of the running system call (640 outside of system calls, 641 in interrupts) and by context
  /// (`LockContext`).
  case call = 2
  /// Acquisitions while a lock of the class in the first number was held.
  case order = 3
  /// Acquisitions of one lock, by its address; sum and maximum: TSC ticks held. The first instances of a class only.
  case instance = 5
  /// Acquisitions of a lock that the same system call (first number) had held before; second number: site.
  case again = 6
  /// Attempts that found the lock taken and did not wait, by the return address of the attempt.
  case failedTry = 7
  /// Address spaces that have ended, of class 0. Sum and maximum: pages that were filled with zeros ahead of need and
  /// never touched. First number: 1 when it had such pages at all.
  case untouched = 8
  /// Ticks of the scheduler, of class 0. Sum and maximum: threads that waited for the CPU.
  case runQueue = 9
  /// Interrupts by vector, of class 0.
  case interrupt = 10
}

/// The bits of a context: in an interrupt's handler, with interrupts off.
public enum LockContext {
  public static var interrupt: UInt64 { 1 }
  public static var interruptsOff: UInt64 { 2 }
}

/// Who runs while a lock is taken.
public struct LockTaker {
  /// The system call's row, or one of the two below.
  public var row: UInt64
  /// Tells one call from the next of the same thread; 0 when there is none.
  public var serial: UInt64
  public var context: UInt64

  @inline(__always)
  public init(row: UInt64, serial: UInt64, context: UInt64) {
    self.row = row
    self.serial = serial
    self.context = context
  }

  public static var noCall: UInt64 { 640 }
  /// The taker is of a process that is filtered out.
  public static var unwanted: UInt64 { 0xffff }
  public static var interrupt: UInt64 { 641 }
}

extension TallyTable {
  @inline(__always)
  func add(
    _ kind: LockFactKind, _ lockClass: UInt32, _ number: UInt64 = 0, _ other: UInt64 = 0, amount: UInt64 = 0
  ) {
    add(kind.rawValue | UInt64(lockClass & 0xff) << 4 | number << 12, other, amount: amount)
  }
}
