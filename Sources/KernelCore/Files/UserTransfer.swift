// The memory of one read or write: where the bytes come from or go to, and how many have gone.
//
// One user buffer, several (readv), or kernel memory (sendfile, exec). The copies advance the transfer; a fault ends it
// with `faulted` set and exact counts. The bytes of an iovec array must outlive the transfer. No lock; lives on one
// thread's stack.

import CMachine
import LinuxABI

public struct UserTransfer {
  private var address: UInt
  private var segmentLeft: Int
  private var following: UnsafePointer<Iovec>?
  private let isKernel: Bool
  /// Bytes asked for and not yet moved.
  public private(set) var remaining: Int
  /// Bytes moved.
  public private(set) var transferred = 0
  /// A user address could not be reached.
  public private(set) var faulted = false

  /// One user buffer; counts above the kernel's limit are cut.
  /// - Throws: EFAULT for an address outside the user half and for a negative count, which reaches beyond it.
  @inline(__always)
  public init(_ address: UInt, count: Int) throws(Errno) {
    try UserMemory.check(address, count)
    self.init(address: address, count: min(count, maximumTransfer), isKernel: false)
  }

  /// Kernel memory.
  public init(kernel memory: UnsafeMutableRawPointer, count: Int) {
    self.init(address: UInt(bitPattern: memory), count: count, isKernel: true)
  }

  @inline(__always)
  private init(address: UInt, count: Int, isKernel: Bool) {
    self.address = address
    segmentLeft = count
    following = nil
    self.isKernel = isKernel
    remaining = count
  }

  /// Several user buffers, whose descriptions have been copied to kernel memory.
  /// - Throws: EINVAL for a negative length or an overflow of the sum; EFAULT for an address outside the user half.
  public init(_ segments: UnsafePointer<Iovec>, count: Int) throws(Errno) {
    var total = 0
    for index in 0..<count {
      let length = Int(bitPattern: segments[index].length)
      guard length >= 0 else { throw .EINVAL }
      try UserMemory.check(segments[index].base, length)
      let (sum, overflow) = total.addingReportingOverflow(length)
      guard !overflow else { throw .EINVAL }
      total = sum
    }
    self.init(address: 0, count: min(total, maximumTransfer), isKernel: false)
    segmentLeft = 0
    following = segments
  }

  /// What read or write returns, or throws when nothing was moved because of a bad address.
  @inline(__always)
  public func result() throws(Errno) -> Int {
    if faulted && transferred == 0 { throw .EFAULT }
    return transferred
  }

  /// Asks for at most `count` more bytes.
  public mutating func limit(to count: Int) { remaining = min(remaining, count) }

  /// File to program. Returns how many bytes were copied: fewer than asked at the transfer's end or a fault.
  @inline(__always)
  public mutating func copyOut(_ source: UnsafeRawPointer, _ count: Int) -> Int {
    var done = 0
    while done < count, let piece = nextPiece(count - done) {
      let left = Self.copy(UnsafeMutableRawPointer(bitPattern: address), source + done, piece, isKernel)
      done += piece - left
      guard advance(piece, left) else { break }
    }
    return done
  }

  /// Program to file. Returns how many bytes were copied.
  @inline(__always)
  public mutating func copyIn(_ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
    var done = 0
    while done < count, let piece = nextPiece(count - done) {
      let left = Self.copy(target + done, UnsafeRawPointer(bitPattern: address), piece, isKernel)
      done += piece - left
      guard advance(piece, left) else { break }
    }
    return done
  }

  /// Zeros to the program. Returns how many.
  public mutating func clear(_ count: Int) -> Int {
    var done = 0
    while done < count, let piece = nextPiece(count - done) {
      let left = Self.clear(UnsafeMutableRawPointer(bitPattern: address), piece, isKernel)
      done += piece - left
      guard advance(piece, left) else { break }
    }
    return done
  }

  /// Takes the program's bytes without looking at them, as /dev/null does.
  public mutating func discard(_ count: Int) {
    var left = count
    while left > 0, let piece = nextPiece(left) {
      _ = advance(piece, 0)
      left -= piece
    }
  }

  /// The part of the present segment that `wanted` bytes may use; goes on to the next segment; nil at the end.
  @inline(__always)
  private mutating func nextPiece(_ wanted: Int) -> Int? {
    while segmentLeft == 0 {
      guard remaining > 0, let next = following else { return nil }
      address = next.pointee.base
      segmentLeft = Int(bitPattern: next.pointee.length)
      following = next + 1
    }
    let piece = min(wanted, segmentLeft, remaining)
    return piece > 0 ? piece : nil
  }

  /// Accounts a copy of `piece` bytes of which the last `left` failed. Returns true to go on.
  @inline(__always)
  private mutating func advance(_ piece: Int, _ left: Int) -> Bool {
    let moved = piece - left
    address &+= UInt(bitPattern: moved)
    segmentLeft -= moved
    remaining -= moved
    transferred += moved
    if left != 0 { faulted = true }
    return left == 0
  }

  @inline(__always)
  private static func copy(
    _ target: UnsafeMutableRawPointer?, _ source: UnsafeRawPointer?, _ count: Int, _ isKernel: Bool
  ) -> Int {
    guard isKernel else { return apus_user_copy(target, source, count) }
    target.unsafelyUnwrapped.copyMemory(from: source.unsafelyUnwrapped, byteCount: count)
    return 0
  }

  private static func clear(_ target: UnsafeMutableRawPointer?, _ count: Int, _ isKernel: Bool) -> Int {
    guard isKernel else { return apus_user_clear(target, count) }
    target.unsafelyUnwrapped.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    return 0
  }
}
