// Ranges of mapped memory: mremap(2), madvise(2), msync(2), mincore(2), mlock(2); files in memory: memfd_create(2).

import KernelCore
import LinuxABI

extension Syscalls {
  static func mremap(
    _ caller: Thread, _ address: UInt, _ oldLength: UInt, _ newLength: UInt, _ flags: Int32, _ newAddress: UInt
  ) throws(Errno) -> Int {
    let flags = RemapFlags(rawValue: flags)
    guard flags.isSubset(of: [.mayMove, .fixed]), address % 4096 == 0 else { throw .EINVAL }
    guard !flags.contains(.fixed) || flags.contains(.mayMove) else { throw .EINVAL }
    guard oldLength <= UserMemory.end, newLength <= UserMemory.end, newLength > 0 else { throw .EINVAL }
    let old = (oldLength + 4095) & ~4095
    let new = (newLength + 4095) & ~4095
    guard address <= UserMemory.end - old else { throw .EFAULT }
    if flags.contains(.fixed) {
      guard newAddress % 4096 == 0, newAddress >= UserMemory.start, newAddress <= UserMemory.end - new else {
        throw .EINVAL
      }
    }
    guard let space = caller.process.addressSpace else { throw .ENOMEM }
    return Int(bitPattern: try space.remap(address, old, to: new, flags, newAddress: newAddress))
  }

  static func madvise(_ caller: Thread, _ address: UInt, _ length: UInt, _ advice: Int32) throws(Errno) -> Int {
    let size = try checkedRange(address, length)
    guard let space = caller.process.addressSpace else { throw .ENOMEM }
    switch advice {
    case MemoryAdvice.dontNeed, MemoryAdvice.free:
      try space.drop(address, length: size, onlyPrivate: advice == MemoryAdvice.free)
    case MemoryAdvice.remove:
      guard let shared = space.sharedFile(at: address, length: size), shared.file.flags.isWritable else {
        throw .EINVAL
      }
      guard size > 0 else { break }
      try shared.file.inode.allocate(offset: shared.offset, length: Int64(size), [.punchHole, .keepSize])
    case MemoryAdvice.populateRead, MemoryAdvice.populateWrite:
      try populate(caller, space, address, size, forWriting: advice == MemoryAdvice.populateWrite)
    case 0...3, 10...19, 20, 21: try space.checkMapped(address, length: size)
    default: throw .EINVAL
    }
    return 0
  }

  /// Page by page in slices, for there may be many.
  private static func populate(
    _ caller: Thread, _ space: AddressSpace, _ address: UInt, _ length: UInt, forWriting: Bool?
  ) throws(Errno) {
    var done: UInt = 0
    while done < length {
      let piece = min(length - done, UInt(sliceBytes))
      try space.populate(address + done, length: piece, forWriting: forWriting)
      done += piece
      try caller.breathe()
    }
  }

  /// The pages of a mapping are the file's own: there is nothing to write back.
  static func msync(_ caller: Thread, _ address: UInt, _ length: UInt, _ flags: Int32) throws(Errno) -> Int {
    guard flags & ~7 == 0, flags & 5 != 5, address % 4096 == 0 else { throw .EINVAL }
    guard length <= UserMemory.end, address <= UserMemory.end - ((length + 4095) & ~4095) else { throw .ENOMEM }
    try caller.process.addressSpace?.checkMapped(address, length: (length + 4095) & ~4095)
    return 0
  }

  static func mincore(_ caller: Thread, _ address: UInt, _ length: UInt, _ out: UInt) throws(Errno) -> Int {
    guard address % 4096 == 0 else { throw .EINVAL }
    guard length <= UserMemory.end, address <= UserMemory.end - length else { throw .ENOMEM }
    guard let space = caller.process.addressSpace else { throw .ENOMEM }
    for index in 0..<(length + 4095) / 4096 {
      let isResident = try space.isResident(address + index * 4096)
      try UserPointer<UInt8>(out + index).store(isResident ? 1 : 0)
      if index & 1023 == 1023 { try caller.breathe() }
    }
    return 0
  }

  // MARK: Locking: nothing is ever swapped out; what is locked is brought in

  static func mlock(_ caller: Thread, _ address: UInt, _ length: UInt, _ flags: Int32) throws(Errno) -> Int {
    guard flags & ~1 == 0 else { throw .EINVAL }
    let start = address & ~4095
    guard length <= UserMemory.end, address <= UserMemory.end - length else { throw .EINVAL }
    let size = (address - start + length + 4095) & ~4095
    guard let space = caller.process.addressSpace else { throw .ENOMEM }
    try checkLockLimit(caller, size)
    try space.checkMapped(start, length: size)
    if flags & 1 == 0 {
      do throws(Errno) { try populate(caller, space, start, size, forWriting: nil) } catch {
        throw error == .EFAULT ? .ENOMEM : error
      }
    }
    return 0
  }

  static func munlock(_ caller: Thread, _ address: UInt, _ length: UInt) throws(Errno) -> Int {
    let start = address & ~4095
    guard length <= UserMemory.end, address <= UserMemory.end - length else { throw .EINVAL }
    try caller.process.addressSpace?.checkMapped(start, length: (address - start + length + 4095) & ~4095)
    return 0
  }

  static func mlockall(_ caller: Thread, _ flags: Int32) throws(Errno) -> Int {
    guard flags != 0, flags & ~7 == 0, flags != 4 else { throw .EINVAL }
    try checkLockLimit(caller, caller.process.addressSpace.map { $0.lock.withLock($0.sizeNow) } ?? 0)
    return 0
  }

  /// RLIMIT_MEMLOCK, for all but root.
  private static func checkLockLimit(_ caller: Thread, _ bytes: UInt) throws(Errno) {
    if caller.process.credentials.euid == 0 { return }
    let limit = caller.process.limits[ResourceLimits.lockedMemory].soft
    guard limit > 0 else { throw .EPERM }
    guard UInt64(bytes) <= limit else { throw .ENOMEM }
  }

  // MARK: memfd

  static func memfdCreate(_ caller: Thread, _ name: UInt, _ flags: UInt32) throws(Errno) -> Int {
    let flags = MemoryFileFlags(rawValue: flags)
    guard flags.isSubset(of: [.closeOnExec, .allowSealing, .noExecute, .execute]),
      !flags.isSuperset(of: [.noExecute, .execute])
    else { throw .EINVAL }
    let bytes = try withPath(name) { (text: Name) throws(Errno) in
      guard text.count <= 249 else { throw .EINVAL }
      return [UInt8](UnsafeRawBufferPointer(start: text.base, count: text.count))
    }
    let file = try SharedMemory.makeFile(
      name: bytes, flags.contains(.noExecute) ? 0o666 : 0o777,
      allowsSealing: !flags.isDisjoint(with: [.allowSealing, .noExecute]), as: caller.process.credentials)
    return Int(try caller.process.files.install(file, closeOnExec: flags.contains(.closeOnExec)))
  }
}

extension AddressSpace {
  fileprivate var sizeNow: () -> UInt { { self.size } }
}
