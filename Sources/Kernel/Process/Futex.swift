// futex(2): sleeping on a word of user memory.
//
// Waiters of a word stand in one of 64 buckets. A private word is known by its address space and address, a shared one
// by its physical address. Lock: class `futex` per bucket; the word is read under it, so that a waker that changes the
// word first is never missed.

import CMachine
import KernelCore
import LinuxABI

/// Which word a waiter waits for.
struct FutexKey: Equatable {
  let space: UInt
  let address: UInt
}

/// One waiting thread. Lives on its kernel stack's frame as a class instance while it waits.
final class FutexWaiter {
  let thread: Thread
  var key: FutexKey
  let bits: UInt32
  var isWoken = false

  init(_ thread: Thread, _ key: FutexKey, _ bits: UInt32) {
    self.thread = thread
    self.key = key
    self.bits = bits
  }
}

enum Futex {
  private final class Bucket {
    let lock = SpinLock(apus_lock_futex)
    var waiters: [FutexWaiter] = []
  }

  nonisolated(unsafe) private static var buckets: [Bucket] = []

  static func initialize() { for _ in 0..<64 { buckets.append(Bucket()) } }

  /// Sleeps while the word holds `expected`. Deadline in monotonic nanoseconds.
  /// - Throws: EAGAIN when the word holds something else; EFAULT, ETIMEDOUT, `.restart`.
  static func wait(
    _ address: UInt, expected: UInt32, bits: UInt32, isPrivate: Bool, deadline: UInt64?, caller: Thread
  ) throws(Errno) {
    let key = try self.key(address, isPrivate, caller)
    let waiter = FutexWaiter(caller, key, bits)
    let bucket = self.bucket(key)
    try bucket.lock.withLock { () throws(Errno) in
      guard try UserPointer<UInt32>(address).load() == expected else { throw .EAGAIN }
      bucket.waiters.append(waiter)
    }
    defer { remove(waiter) }
    try caller.sleep(deadline: deadline) { () throws(Errno) -> Void? in waiter.isWoken ? () : nil }
  }

  /// Wakes up to `count` waiters whose bits meet `bits`. Returns how many.
  static func wake(
    _ address: UInt, count: Int, bits: UInt32, isPrivate: Bool, caller: Thread
  ) throws(Errno) -> Int {
    let key = try self.key(address, isPrivate, caller)
    let bucket = self.bucket(key)
    return bucket.lock.withLock { wake(in: bucket, key, count, bits) }
  }

  /// Lock held.
  private static func wake(in bucket: Bucket, _ key: FutexKey, _ count: Int, _ bits: UInt32) -> Int {
    var woken = 0
    var index = 0
    while index < bucket.waiters.count, woken < count {
      let waiter = bucket.waiters[index]
      if waiter.key == key, waiter.bits & bits != 0 {
        bucket.waiters.remove(at: index)
        waiter.isWoken = true
        Scheduler.wake(waiter.thread)
        woken += 1
      } else {
        index += 1
      }
    }
    return woken
  }

  private static func remove(_ waiter: FutexWaiter) {
    guard !waiter.isWoken else { return }
    let bucket = self.bucket(waiter.key)
    bucket.lock.withLock { bucket.waiters.removeAll { $0 === waiter } }
  }

  private static func key(_ address: UInt, _ isPrivate: Bool, _ caller: Thread) throws(Errno) -> FutexKey {
    guard address % 4 == 0 else { throw .EINVAL }
    guard let space = caller.process.addressSpace else { throw .EFAULT }
    let isOwn = space.lock.withLock { space.area(at: address).map { !space.areas[$0].isShared } ?? true }
    if isPrivate || isOwn {
      return FutexKey(space: UInt(bitPattern: Unmanaged.passUnretained(space).toOpaque()), address: address)
    }
    _ = try UserPointer<UInt32>(address).load()  // brings the page in
    guard let entry = space.table.entry(for: address), entry.pointee.isPresent else { throw .EFAULT }
    return FutexKey(space: 0, address: UInt(entry.pointee.frame.address.rawValue) + address % 4096)
  }

  private static func bucket(_ key: FutexKey) -> Bucket {
    buckets[Int(truncatingIfNeeded: (key.address >> 2) ^ (key.address >> 12) ^ (key.space >> 6)) & 63]
  }
}
