// struct statx: 256 bytes (linux/stat.h).

public struct Statx: BitwiseCopyable, Sendable {
  public var mask = StatxMask()
  public var blockSize: UInt32 = 0
  public var attributes: UInt64 = 0
  public var links: UInt32 = 0
  public var uid: UInt32 = 0
  public var gid: UInt32 = 0
  public var mode: UInt16 = 0
  private var padding: UInt16 = 0
  public var inode: UInt64 = 0
  public var size: UInt64 = 0
  public var blocks: UInt64 = 0
  public var attributesMask: UInt64 = 0
  public var accessed = StatxTimestamp()
  public var born = StatxTimestamp()
  public var changed = StatxTimestamp()
  public var modified = StatxTimestamp()
  public var specialMajor: UInt32 = 0
  public var specialMinor: UInt32 = 0
  public var deviceMajor: UInt32 = 0
  public var deviceMinor: UInt32 = 0
  public var mountID: UInt64 = 0
  public var directMemoryAlignment: UInt32 = 0
  public var directOffsetAlignment: UInt32 = 0
  private var spare: InlineArray<12, UInt64> = InlineArray(repeating: 0)

  public init() {}
}

public struct StatxTimestamp: BitwiseCopyable, Sendable {
  public var seconds: Int64 = 0
  public var nanoseconds: UInt32 = 0
  private var padding: Int32 = 0

  public init() {}

  public init(_ time: Timespec) {
    seconds = time.seconds
    nanoseconds = UInt32(truncatingIfNeeded: time.nanoseconds)
  }
}

public struct StatxMask: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Type to blocks: what stat gives.
  public static var basic: StatxMask { StatxMask(rawValue: 0x7ff) }
  public static var born: StatxMask { StatxMask(rawValue: 0x800) }
  public static var mountID: StatxMask { StatxMask(rawValue: 0x1000) }
  public static var reserved: StatxMask { StatxMask(rawValue: 0x8000_0000) }
}

/// stx_attributes bits.
public enum StatxAttribute {
  public static var mountRoot: UInt64 { 0x2000 }
}
