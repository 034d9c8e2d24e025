// A word of user memory that threads sleep on, and what it is known by.
//
// Linux's rule: a word in a shared mapping is the byte of the file it shows, for every process that maps it; any other
// word is its address in one address space. Single accesses are never torn.

import CMachine
import KernelCore
import LinuxABI

/// What a futex is known by: two processes mean the same one when their keys are equal.
struct FutexKey: Equatable {
  /// An address space, or an inode.
  let object: UInt
  /// Address, or offset in the file.
  let offset: UInt

  /// - Throws: EFAULT when the address is not mapped.
  init(_ address: UInt, isPrivate: Bool, _ caller: Thread) throws(Errno) {
    guard let space = caller.process.addressSpace else { throw .EFAULT }
    if !isPrivate, let shared = try Self.sharedKey(address, space) {
      self = shared
    } else {
      self.init(object: UInt(bitPattern: Unmanaged.passUnretained(space).toOpaque()), offset: address)
    }
  }

  private init(object: UInt, offset: UInt) {
    self.object = object
    self.offset = offset
  }

  private static func sharedKey(_ address: UInt, _ space: AddressSpace) throws(Errno) -> FutexKey? {
    space.lock.acquire()
    defer { space.lock.release() }
    guard let index = space.area(at: address) else { throw .EFAULT }
    guard space.areas[index].isShared, let file = space.areas[index].file else { return nil }
    let offset = space.areas[index].offset &+ UInt64(address - space.areas[index].start)
    return FutexKey(
      object: UInt(bitPattern: Unmanaged.passUnretained(file.inode).toOpaque()), offset: UInt(offset))
  }

  /// Which of the table's buckets holds its waiters.
  var bucket: Int {
    Int(truncatingIfNeeded: (offset >> 2) ^ (offset >> 12) ^ (object >> 6)) & (FutexTable.bucketCount - 1)
  }
}

/// Four aligned bytes of the calling process.
struct FutexWord {
  let address: UInt
  let key: FutexKey

  /// - Throws: EINVAL unless aligned; EFAULT.
  init(_ address: UInt, isPrivate: Bool, _ caller: Thread) throws(Errno) {
    guard address % 4 == 0 else { throw .EINVAL }
    try UserMemory.check(address, 4)
    self.address = address
    key = try FutexKey(address, isPrivate: isPrivate, caller)
  }

  private var pointer: UnsafeMutablePointer<UInt32>? { UnsafeMutablePointer(bitPattern: address) }

  /// - Throws: EFAULT.
  func load() throws(Errno) -> UInt32 {
    var value: UInt32 = 0
    guard apus_user_load_word(pointer, &value) == 0 else { throw .EFAULT }
    return value
  }

  /// Stores `new(old)` in one step. Returns the old value.
  /// - Throws: EFAULT.
  func update(_ new: (UInt32) -> UInt32) throws(Errno) -> UInt32 {
    var expected = try load()
    while true {
      var found: UInt32 = 0
      guard apus_user_compare_exchange(pointer, expected, new(expected), &found) == 0 else { throw .EFAULT }
      if found == expected { return found }
      expected = found
    }
  }
}
