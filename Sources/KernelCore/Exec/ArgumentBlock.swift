// The strings of execve's argv and envp, copied from the old program before its memory goes.
//
// Bytes of all strings, NULs included, in kernel pages: first the arguments, then the environment. Owned by one exec.

import CMachine
import LinuxABI

public struct ArgumentBlock: ~Copyable {
  /// Linux: a quarter of the stack limit for strings and pointers, 128 KiB for one string.
  public static let limit = 2 << 20
  public static let stringLimit = 128 << 10

  private var pages: [FrameNumber] = []
  /// Strings of the vector that is being copied.
  private var pendingCount = 0
  public private(set) var byteCount = 0
  public private(set) var argumentCount = 0
  public private(set) var environmentCount = 0

  public init() {}

  deinit { for page in pages { Frames.release(page) } }

  /// Copies a NULL-terminated vector of user strings, from element `first` on.
  /// - Throws: EFAULT, E2BIG, ENOMEM.
  public mutating func appendArguments(_ vector: UInt, from first: Int = 0) throws(Errno) {
    argumentCount += try append(vector, from: first)
  }

  public mutating func appendEnvironment(_ vector: UInt) throws(Errno) {
    environmentCount += try append(vector, from: 0)
  }

  public mutating func appendArgument(_ bytes: [UInt8]) throws(Errno) {
    try appendKernel(bytes)
    argumentCount += 1
  }

  public mutating func appendEnvironment(_ bytes: [UInt8]) throws(Errno) {
    try appendKernel(bytes)
    environmentCount += 1
  }

  /// Calls `body` with each piece of the bytes, in order.
  public borrowing func forEachPiece(_ body: (UnsafeRawPointer, Int) throws(Errno) -> Void) throws(Errno) {
    for index in pages.indices {
      try body(pages[index].pointer, min(pageSize, byteCount - index * pageSize))
    }
  }

  private mutating func append(_ vector: UInt, from first: Int) throws(Errno) -> Int {
    guard vector != 0 else { return 0 }
    pendingCount = 0
    defer { pendingCount = 0 }
    while true {
      let address = try UserPointer<UInt>(vector).advanced(by: first + pendingCount).load()
      if address == 0 { return pendingCount }
      try appendUser(address)
      pendingCount += 1
    }
  }

  private mutating func appendUser(_ start: UInt) throws(Errno) {
    var address = start
    while true {
      let (room, space) = try roomForMore()
      try UserMemory.check(address, 1)
      let limit = min(space, Int(UserMemory.end - address))
      let length = apus_user_copy_string(room, UnsafePointer(bitPattern: address), limit)
      guard length >= 0 else { throw .EFAULT }
      if length < Int64(limit) {
        byteCount += Int(length) + 1
        return
      }
      byteCount += limit
      address += UInt(limit)
      guard address - start < Self.stringLimit else { throw .E2BIG }
    }
  }

  private mutating func appendKernel(_ bytes: [UInt8]) throws(Errno) {
    for byte in bytes { try append(byte) }
    try append(0)
  }

  private mutating func append(_ byte: UInt8) throws(Errno) {
    let (room, _) = try roomForMore()
    room.pointee = byte
    byteCount += 1
  }

  /// Where the next byte goes, and how many fit there.
  private mutating func roomForMore() throws(Errno) -> (UnsafeMutablePointer<UInt8>, Int) {
    guard byteCount + 8 * (argumentCount + environmentCount + pendingCount) < Self.limit else { throw .E2BIG }
    if byteCount == pages.count * pageSize {
      guard !KernelHeap.isLow else { throw .ENOMEM }
      pages.append(try Frames.allocate())
    }
    let offset = byteCount % pageSize
    let page = pages[pages.count - 1].pointer.assumingMemoryBound(to: UInt8.self)
    return (page + offset, pageSize - offset)
  }
}
