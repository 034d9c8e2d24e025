// Addresses and frames as types, so that a physical address is never taken for a pointer.

/// A physical address, in bytes.
public struct PhysicalAddress: Equatable, Sendable {
  public let rawValue: UInt64

  @inlinable
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Where the kernel sees this address: in the direct map.
  @inlinable
  public var pointer: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UInt(rawValue) &+ DirectMap.base).unsafelyUnwrapped
  }

  @inlinable
  public var frame: FrameNumber { FrameNumber(UInt32(truncatingIfNeeded: rawValue >> 12)) }
}

/// A physical page frame: physical address / 4096.
public struct FrameNumber: Hashable, Sendable {
  public let rawValue: UInt32

  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable
  public var address: PhysicalAddress { PhysicalAddress(UInt64(rawValue) << 12) }

  /// The frame's 4096 bytes in the direct map.
  @inlinable
  public var pointer: UnsafeMutableRawPointer { address.pointer }
}

/// Where all physical memory is mapped. The tests put an arena there.
public enum DirectMap {
  #if APUS_KERNEL
    @inlinable
    public static var base: UInt { 0x6000_0000_0000 }
  #else
    nonisolated(unsafe) public static var base: UInt = 0
  #endif
}

public let pageSize = 4096
