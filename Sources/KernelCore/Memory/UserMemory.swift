// User memory is reached through these types only: a user address cannot be dereferenced by accident, and every copy
// is checked against the user half and survives a fault.

import CMachine
import LinuxABI

/// The half of the address space that programs own.
public enum UserMemory {
  public static let start: UInt = 0x1000
  #if APUS_KERNEL
    /// One past the last user address.
    @inlinable
    public static var end: UInt { 0x6000_0000_0000 }
  #else
    public static var end: UInt { 0x8000_0000_0000 }
  #endif

  /// Throws EFAULT unless all of [address, address + count) lies in the user half.
  @inlinable @inline(__always)
  public static func check(_ address: UInt, _ count: Int) throws(Errno) {
    guard count >= 0, address <= end, UInt(bitPattern: count) <= end &- address else { throw .EFAULT }
  }

  /// Kernel to user. Throws EFAULT when any byte could not be written; the bytes before it have been.
  @inlinable
  public static func copyOut(_ source: UnsafeRawPointer, to address: UInt, count: Int) throws(Errno) {
    try check(address, count)
    let left = apus_user_copy(UnsafeMutableRawPointer(bitPattern: address), source, count)
    if left != 0 { throw .EFAULT }
  }

  /// User to kernel. Throws EFAULT when any byte could not be read.
  @inlinable
  public static func copyIn(from address: UInt, to target: UnsafeMutableRawPointer, count: Int) throws(Errno) {
    try check(address, count)
    let left = apus_user_copy(target, UnsafeRawPointer(bitPattern: address), count)
    if left != 0 { throw .EFAULT }
  }

  /// Writes zeros to user memory.
  public static func clear(_ address: UInt, count: Int) throws(Errno) {
    try check(address, count)
    if apus_user_clear(UnsafeMutableRawPointer(bitPattern: address), count) != 0 { throw .EFAULT }
  }
}

/// The address of a `Pointee` in user memory. `Pointee` is a trivial C-layout struct or integer.
public struct UserPointer<Pointee: BitwiseCopyable>: Equatable, Sendable {
  public let address: UInt

  @inlinable
  public init(_ address: UInt) { self.address = address }

  @inlinable
  public var isNull: Bool { address == 0 }

  @inlinable
  public func load() throws(Errno) -> Pointee {
    var result: Pointee? = nil
    try withUnsafeTemporaryStorage { (storage: UnsafeMutablePointer<Pointee>) throws(Errno) in
      try UserMemory.copyIn(from: address, to: storage, count: MemoryLayout<Pointee>.size)
      result = storage.pointee
    }
    return result.unsafelyUnwrapped
  }

  @inlinable
  public func store(_ value: Pointee) throws(Errno) {
    var copy = value
    try withUnsafeMutablePointerTyped(to: &copy) { (pointer: UnsafeMutablePointer<Pointee>) throws(Errno) in
      try UserMemory.copyOut(pointer, to: address, count: MemoryLayout<Pointee>.size)
    }
  }

  /// The element `index` places further on.
  @inlinable
  public func advanced(by index: Int) -> UserPointer<Pointee> {
    UserPointer(address &+ UInt(bitPattern: index &* MemoryLayout<Pointee>.stride))
  }
}

/// Stack space for one value, with typed throws (the standard library's version rethrows untyped).
@usableFromInline @inline(__always)
func withUnsafeTemporaryStorage<Value: BitwiseCopyable>(
  _ body: (UnsafeMutablePointer<Value>) throws(Errno) -> Void
) throws(Errno) {
  let outcome: Errno? = withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { storage in
    do throws(Errno) {
      try body(storage.baseAddress.unsafelyUnwrapped)
      return nil
    } catch { return error }
  }
  if let outcome { throw outcome }
}

@usableFromInline @inline(__always)
func withUnsafeMutablePointerTyped<Value>(
  to value: inout Value, _ body: (UnsafeMutablePointer<Value>) throws(Errno) -> Void
) throws(Errno) {
  try withUnsafeMutablePointer(to: &value, body)
}
