// read(2), write(2), pread(2), readv(2), preadv2(2), lseek(2).

import CMachine
import KernelCore
import LinuxABI

extension Syscalls {
  static func read(_ caller: Thread, _ descriptor: Int32, _ address: UInt, _ count: Int) throws(Errno) -> Int {
    try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard file.flags.isReadable else { throw .EBADF }
      if count > sliceBytes {
        let limit = min(count, maximumTransfer)
        return try moveInSlices(caller, address, limit) { (slice: inout UserTransfer) throws(Errno) in
          try receive(caller, file, &slice)
        }
      }
      var transfer = try UserTransfer(address, count: count)
      return try receive(caller, file, &transfer)
    }
  }

  static func write(_ caller: Thread, _ descriptor: Int32, _ address: UInt, _ count: Int) throws(Errno) -> Int {
    if apus_key_switch_write_log() { Legacy.logWrite(caller, descriptor, count) }
    return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard file.flags.isWritable else { throw .EBADF }
      if count > sliceBytes {
        let limit = min(count, maximumTransfer)
        return try moveInSlices(caller, address, limit) { (slice: inout UserTransfer) throws(Errno) in
          try limitSize(caller, file, &slice, at: nil)
          return try send(caller, file, &slice)
        }
      }
      var transfer = try UserTransfer(address, count: count)
      try limitSize(caller, file, &transfer, at: nil)
      return try send(caller, file, &transfer)
    }
  }

  static func pread(
    _ caller: Thread, _ descriptor: Int32, _ address: UInt, _ count: Int, _ offset: Int64
  ) throws(Errno) -> Int {
    guard offset >= 0 else { throw .EINVAL }
    return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      var transfer = try UserTransfer(address, count: count)
      transfer.limit(to: unslicedBytes)
      return try read(file, &transfer, at: offset)
    }
  }

  static func pwrite(
    _ caller: Thread, _ descriptor: Int32, _ address: UInt, _ count: Int, _ offset: Int64
  ) throws(Errno) -> Int {
    guard offset >= 0 else { throw .EINVAL }
    return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      var transfer = try UserTransfer(address, count: count)
      transfer.limit(to: unslicedBytes)
      return try write(caller, file, &transfer, at: offset)
    }
  }

  static func readv(_ caller: Thread, _ descriptor: Int32, _ vector: UInt, _ count: Int) throws(Errno) -> Int {
    try preadv2(caller, descriptor, vector, count, -1, 0)
  }

  static func writev(_ caller: Thread, _ descriptor: Int32, _ vector: UInt, _ count: Int) throws(Errno) -> Int {
    try pwritev2(caller, descriptor, vector, count, -1, 0)
  }

  static func preadv(
    _ caller: Thread, _ descriptor: Int32, _ vector: UInt, _ count: Int, _ offset: Int64
  ) throws(Errno) -> Int {
    guard offset >= 0 else { throw .EINVAL }
    return try preadv2(caller, descriptor, vector, count, offset, 0)
  }

  static func pwritev(
    _ caller: Thread, _ descriptor: Int32, _ vector: UInt, _ count: Int, _ offset: Int64
  ) throws(Errno) -> Int {
    guard offset >= 0 else { throw .EINVAL }
    return try pwritev2(caller, descriptor, vector, count, offset, 0)
  }

  /// An offset of -1 means the file's own.
  static func preadv2(
    _ caller: Thread, _ descriptor: Int32, _ vector: UInt, _ count: Int, _ offset: Int64, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = try checked(flags, offset)
    return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard file.flags.isReadable else { throw .EBADF }
      return try withSegments(vector, count) { (transfer: inout UserTransfer) throws(Errno) in
        if offset >= 0 { return try read(file, &transfer, at: offset) }
        return try receive(caller, file, &transfer, noWait: flags.contains(.noWait))
      }
    }
  }

  static func pwritev2(
    _ caller: Thread, _ descriptor: Int32, _ vector: UInt, _ count: Int, _ offset: Int64, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = try checked(flags, offset)
    return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard file.flags.isWritable else { throw .EBADF }
      return try withSegments(vector, count) { (transfer: inout UserTransfer) throws(Errno) in
        if flags.contains(.append) { return try append(caller, file, &transfer, movesOffset: offset < 0) }
        if offset >= 0 { return try write(caller, file, &transfer, at: offset) }
        try limitSize(caller, file, &transfer, at: nil)
        return try send(caller, file, &transfer, noWait: flags.contains(.noWait))
      }
    }
  }

  static func lseek(_ caller: Thread, _ descriptor: Int32, _ distance: Int64, _ whence: Int32) throws(Errno) -> Int {
    try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      Int(try file.seek(distance, whence))
    }
  }

  // MARK: At a position

  private static func read(
    _ file: OpenFile, _ transfer: inout UserTransfer, at offset: Int64
  ) throws(Errno) -> Int {
    guard file.flags.isReadable else { throw .EBADF }
    guard file.isSeekable else { throw .ESPIPE }
    guard !offset.addingReportingOverflow(Int64(transfer.remaining)).overflow else { throw .EINVAL }
    try file.read(&transfer, at: offset)
    return try transfer.result()
  }

  private static func write(
    _ caller: Thread, _ file: OpenFile, _ transfer: inout UserTransfer, at offset: Int64
  ) throws(Errno) -> Int {
    guard file.flags.isWritable else { throw .EBADF }
    guard file.isSeekable else { throw .ESPIPE }
    guard !offset.addingReportingOverflow(Int64(transfer.remaining)).overflow else { throw .EINVAL }
    try limitSize(caller, file, &transfer, at: offset)
    do throws(Errno) { try file.write(&transfer, at: offset) } catch {
      guard transfer.transferred > 0 else { throw error }
    }
    return try transfer.result()
  }

  /// RWF_APPEND.
  private static func append(
    _ caller: Thread, _ file: OpenFile, _ transfer: inout UserTransfer, movesOffset: Bool
  ) throws(Errno) -> Int {
    guard file.isSeekable else { return try send(caller, file, &transfer) }
    try limitSize(caller, file, &transfer, at: file.inode.size)
    do throws(Errno) {
      let end = try file.inode.write(&transfer, at: 0, append: true)
      if movesOffset { _ = try file.seek(end, Whence.set) }
    } catch {
      guard transfer.transferred > 0 else { throw error }
    }
    return try transfer.result()
  }

  // MARK: Vectors

  private static func checked(_ flags: UInt32, _ offset: Int64) throws(Errno) -> TransferFlags {
    let flags = TransferFlags(rawValue: flags)
    guard flags.isSubset(of: .all) else { throw .EOPNOTSUPP }
    guard offset >= -1 else { throw .EINVAL }
    return flags
  }

  /// Runs `body` with the buffers that an iovec array describes; a few descriptions stand on the stack.
  static func withSegments(
    _ vector: UInt, _ count: Int, _ body: (inout UserTransfer) throws(Errno) -> Int
  ) throws(Errno) -> Int {
    guard count >= 0, count <= Iovec.maximumCount else { throw .EINVAL }
    guard count > 8 else {
      let outcome: Swift.Result<Int, Errno> = withUnsafeTemporaryAllocation(of: Iovec.self, capacity: 8) { segments in
        let memory = segments.baseAddress.unsafelyUnwrapped
        do throws(Errno) { return .success(try run(body, memory, vector, count)) } catch { return .failure(error) }
      }
      return try outcome.get()
    }
    let memory = try RawMemory.allocate(Iovec.self, count: count)
    defer { RawMemory.free(memory) }
    return try run(body, memory, vector, count)
  }

  private static func run(
    _ body: (inout UserTransfer) throws(Errno) -> Int, _ memory: UnsafeMutablePointer<Iovec>, _ vector: UInt,
    _ count: Int
  ) throws(Errno) -> Int {
    try UserMemory.copyIn(from: vector, to: memory, count: count * MemoryLayout<Iovec>.stride)
    var transfer = try UserTransfer(memory, count: count)
    transfer.limit(to: unslicedBytes)
    return try body(&transfer)
  }
}
