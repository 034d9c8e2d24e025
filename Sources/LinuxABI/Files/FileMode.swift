// st_mode: a file's type and its permission bits (inode(7)).

public struct FileMode: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var otherExecute: FileMode { FileMode(rawValue: 0o1) }
  public static var otherWrite: FileMode { FileMode(rawValue: 0o2) }
  public static var otherRead: FileMode { FileMode(rawValue: 0o4) }
  public static var groupExecute: FileMode { FileMode(rawValue: 0o10) }
  public static var groupWrite: FileMode { FileMode(rawValue: 0o20) }
  public static var groupRead: FileMode { FileMode(rawValue: 0o40) }
  public static var ownerExecute: FileMode { FileMode(rawValue: 0o100) }
  public static var ownerWrite: FileMode { FileMode(rawValue: 0o200) }
  public static var ownerRead: FileMode { FileMode(rawValue: 0o400) }
  public static var anyExecute: FileMode { FileMode(rawValue: 0o111) }
  public static var sticky: FileMode { FileMode(rawValue: 0o1000) }
  public static var setGroupID: FileMode { FileMode(rawValue: 0o2000) }
  public static var setUserID: FileMode { FileMode(rawValue: 0o4000) }

  /// The nine permission bits.
  public static var permissions: FileMode { FileMode(rawValue: 0o777) }
  /// Everything chmod may set.
  public static var changeable: FileMode { FileMode(rawValue: 0o7777) }

  @inlinable
  public init(_ type: FileType, _ permissions: UInt32) {
    rawValue = type.rawValue | (permissions & 0o7777)
  }

  @inlinable public var type: FileType { FileType(rawValue: rawValue & 0o170000) }
  @inlinable public var isDirectory: Bool { type == .directory }
  @inlinable public var isRegular: Bool { type == .regular }
  @inlinable public var isSymbolicLink: Bool { type == .symbolicLink }
  @inlinable public var isFIFO: Bool { type == .fifo }

  /// The same type with other permission bits.
  @inlinable
  public func with(permissions: FileMode) -> FileMode { FileMode(type, permissions.rawValue) }
}

/// The type bits of a mode. A struct, because a program may pass any value to mknod.
public struct FileType: Equatable, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var fifo: FileType { FileType(rawValue: 0o010000) }
  public static var characterDevice: FileType { FileType(rawValue: 0o020000) }
  public static var directory: FileType { FileType(rawValue: 0o040000) }
  public static var blockDevice: FileType { FileType(rawValue: 0o060000) }
  public static var regular: FileType { FileType(rawValue: 0o100000) }
  public static var symbolicLink: FileType { FileType(rawValue: 0o120000) }
  public static var socket: FileType { FileType(rawValue: 0o140000) }

  /// d_type of getdents64: the type bits, shifted.
  @inlinable public var directoryEntryType: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 12) }
}

/// A device number as the kernel and st_rdev encode it (12-bit major, 20-bit minor; makedev(3)).
public struct DeviceNumber: Equatable, BitwiseCopyable, Sendable {
  public let rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  @inlinable
  public init(major: UInt32, minor: UInt32) {
    rawValue = UInt64(minor & 0xff) | UInt64(major & 0xfff) << 8 | UInt64(minor & ~0xff) << 12
  }

  @inlinable public var major: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 8) & 0xfff }
  @inlinable public var minor: UInt32 {
    UInt32(truncatingIfNeeded: rawValue & 0xff) | UInt32(truncatingIfNeeded: rawValue >> 12) & ~0xff
  }
}
