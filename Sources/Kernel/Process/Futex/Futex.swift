// futex(2): sleeping on a word of user memory, and waking who sleeps there. FutexTable has the locks.

import CMachine
import KernelCore
import LinuxABI

enum Futex {
  /// Sleeps while the word holds `expected`. Deadline in monotonic nanoseconds.
  /// - Throws: EAGAIN when the word holds something else; EFAULT, ETIMEDOUT, `.restart`.
  static func wait(
    _ word: FutexWord, expected: UInt32, bits: UInt32, deadline: UInt64?, caller: Thread
  ) throws(Errno) {
    let waiter = caller.futexWaiter
    try FutexTable.withBucket(of: word.key) { (bucket) throws(Errno) in
      guard try word.load() == expected else { throw .EAGAIN }
      bucket.append(waiter, word.key, bits: bits)
    }
    do throws(Errno) {
      try caller.sleep(deadline: deadline) { () throws(Errno) -> Void? in waiter.isWoken ? () : nil }
    } catch {
      // Somebody may have spent a wake-up on this thread meanwhile: it counts.
      if FutexTable.leave(waiter) { return }
      throw error
    }
    _ = FutexTable.leave(waiter)
  }

  /// Wakes up to `count` waiters whose bits meet `bits`. Returns how many.
  static func wake(_ word: FutexWord, count: Int, bits: UInt32) throws(Errno) -> Int {
    try FutexTable.withBucket(of: word.key) { (bucket) throws(Errno) in
      bucket.wake(word.key, limit: count, bits: bits)
    }
  }

  /// Wakes some waiters and moves others to another word, without waking them. Returns how many in all.
  /// - Throws: EAGAIN when the word does not hold `expected`; EFAULT.
  static func requeue(
    _ word: FutexWord, wake: Int, move: Int, to other: FutexWord, expected: UInt32?
  ) throws(Errno) -> Int {
    try FutexTable.withBuckets(of: word.key, and: other.key) { (bucket, target) throws(Errno) in
      if let expected, try word.load() != expected { throw .EAGAIN }
      let woken = wake > 0 ? bucket.wake(word.key, limit: wake, bits: .max) : 0
      return woken + bucket.move(word.key, limit: move, to: target, other.key)
    }
  }

  /// Changes the other word, wakes at the first, and at the other too if what it held compares as told.
  /// - Throws: ENOSYS for an operation or comparison that does not exist; EFAULT.
  static func wakeOperation(
    _ word: FutexWord, wake: Int, _ other: FutexWord, wakeOther: Int, _ operation: FutexOperation
  ) throws(Errno) -> Int {
    try FutexTable.withBuckets(of: word.key, and: other.key) { (bucket, target) throws(Errno) in
      let old = try other.update(operation.apply)
      var woken = bucket.wake(word.key, limit: max(1, wake), bits: .max)
      if operation.holds(old) { woken += target.wake(other.key, limit: max(1, wakeOther), bits: .max) }
      return woken
    }
  }
}
