// Who waits for which futex: 256 buckets of waiting threads, by key.
//
// Lock: class `futex`, one a bucket. The word is read under it, so that a waker which changes the word first is never
// missed. Operations on two words take both buckets, the lower index first. A waiter leaves under the lock of the bucket
// it stands in, woken or not: so a waker may use the waiter's thread while it holds that lock.

import CMachine
import KernelCore
import LinuxABI

/// One thread's place in the table. A thread has one, and uses it for one wait at a time.
final class FutexWaiter {
  unowned(unsafe) let thread: Thread
  fileprivate(set) var key: FutexKey?
  fileprivate(set) var bits: UInt32 = 0
  /// Set by a waker, which has taken the waiter out of its bucket.
  fileprivate(set) var isWoken = false
  fileprivate var bucket = 0
  fileprivate unowned(unsafe) var next: FutexWaiter?
  fileprivate unowned(unsafe) var previous: FutexWaiter?

  init(_ thread: Thread) { self.thread = thread }
}

/// The waiters of some keys, in the order of their coming.
final class FutexBucket {
  fileprivate let index: Int
  fileprivate let lock = SpinLock<Locks.Futex>()
  private unowned(unsafe) var first: FutexWaiter?
  private unowned(unsafe) var last: FutexWaiter?

  fileprivate init(index: Int) { self.index = index }

  // Lock held for all below.

  func append(_ waiter: FutexWaiter, _ key: FutexKey, bits: UInt32) {
    waiter.bits = bits
    waiter.isWoken = false
    append(waiter, key)
  }

  private func append(_ waiter: FutexWaiter, _ key: FutexKey) {
    waiter.key = key
    waiter.bucket = index
    waiter.next = nil
    waiter.previous = last
    if let last { last.next = waiter } else { first = waiter }
    last = waiter
  }

  fileprivate func remove(_ waiter: FutexWaiter) {
    if let previous = waiter.previous { previous.next = waiter.next } else { first = waiter.next }
    if let next = waiter.next { next.previous = waiter.previous } else { last = waiter.previous }
    waiter.key = nil
  }

  /// Wakes up to `limit` waiters for `key` whose bits meet `bits`. Returns how many.
  func wake(_ key: FutexKey, limit: Int, bits: UInt32) -> Int {
    forEachWaiter(key, limit: limit, bits: bits) { waiter in
      remove(waiter)
      waiter.isWoken = true
      Scheduler.wake(waiter.thread)
    }
  }

  /// Moves up to `limit` waiters from `key` to `newKey` in `target`. Returns how many.
  func move(_ key: FutexKey, limit: Int, to target: FutexBucket, _ newKey: FutexKey) -> Int {
    guard key != newKey else { return count(key, limit: limit) }
    return forEachWaiter(key, limit: limit, bits: .max) { waiter in
      remove(waiter)
      target.append(waiter, newKey)
    }
  }

  private func count(_ key: FutexKey, limit: Int) -> Int { forEachWaiter(key, limit: limit, bits: .max) { _ in } }

  private func forEachWaiter(_ key: FutexKey, limit: Int, bits: UInt32, _ body: (FutexWaiter) -> Void) -> Int {
    var done = 0
    var candidate = first
    while done < limit, let waiter = candidate {
      candidate = waiter.next
      guard waiter.key == key, waiter.bits & bits != 0 else { continue }
      body(waiter)
      done += 1
    }
    return done
  }
}

enum FutexTable {
  static let bucketCount = 256
  nonisolated(unsafe) private static var buckets: [FutexBucket] = []

  /// Called once, at boot.
  static func initialize() { buckets = (0..<bucketCount).map { FutexBucket(index: $0) } }

  /// Runs `body` with the bucket of `key` locked.
  static func withBucket<Result>(
    of key: FutexKey, _ body: (FutexBucket) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    let bucket = buckets[key.bucket]
    bucket.lock.acquire()
    defer { bucket.lock.release() }
    return try body(bucket)
  }

  /// Runs `body` with the buckets of both keys locked; they may be one.
  static func withBuckets<Result>(
    of key: FutexKey, and other: FutexKey, _ body: (FutexBucket, FutexBucket) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    let bucket = buckets[key.bucket]
    let otherBucket = buckets[other.bucket]
    let lower = bucket.index < otherBucket.index ? bucket : otherBucket
    let higher = bucket.index < otherBucket.index ? otherBucket : bucket
    lower.lock.acquire()
    defer { lower.lock.release() }
    guard lower !== higher else { return try body(bucket, otherBucket) }
    higher.lock.acquire()
    defer { higher.lock.release() }
    return try body(bucket, otherBucket)
  }

  /// Ends a wait. Returns true when the waiter had been woken.
  static func leave(_ waiter: FutexWaiter) -> Bool {
    while true {
      // A requeue may move the waiter until its bucket is locked.
      let bucket = buckets[waiter.bucket]
      bucket.lock.acquire()
      defer { bucket.lock.release() }
      guard waiter.bucket == bucket.index else { continue }
      if waiter.key != nil { bucket.remove(waiter) }
      return waiter.isWoken
    }
  }
}
