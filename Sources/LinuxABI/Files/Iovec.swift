// struct iovec (readv(2)) and the limits that go with it.

public struct Iovec: BitwiseCopyable, Sendable {
  public var base: UInt = 0
  public var length: UInt = 0

  @inlinable public init() {}

  @inlinable
  public init(base: UInt, length: UInt) {
    self.base = base
    self.length = length
  }

  /// UIO_MAXIOV.
  public static var maximumCount: Int { 1024 }
}

/// MAX_RW_COUNT: the most one call transfers.
@inlinable public var maximumTransfer: Int { 0x7fff_f000 }

/// Flags of preadv2 and pwritev2.
public struct TransferFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var highPriority: TransferFlags { TransferFlags(rawValue: 1) }
  public static var dataSync: TransferFlags { TransferFlags(rawValue: 2) }
  public static var sync: TransferFlags { TransferFlags(rawValue: 4) }
  public static var noWait: TransferFlags { TransferFlags(rawValue: 8) }
  public static var append: TransferFlags { TransferFlags(rawValue: 16) }
  public static var all: TransferFlags { TransferFlags(rawValue: 31) }
}
