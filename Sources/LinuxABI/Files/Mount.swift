// mount(2), umount2(2) and struct statfs.

public struct MountFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static var readOnly: MountFlags { MountFlags(rawValue: 0x1) }
  public static var noSetUserID: MountFlags { MountFlags(rawValue: 0x2) }
  public static var noDevices: MountFlags { MountFlags(rawValue: 0x4) }
  public static var noExecute: MountFlags { MountFlags(rawValue: 0x8) }
  public static var remount: MountFlags { MountFlags(rawValue: 0x20) }
  public static var noAccessTime: MountFlags { MountFlags(rawValue: 0x400) }
  public static var bind: MountFlags { MountFlags(rawValue: 0x1000) }
  public static var move: MountFlags { MountFlags(rawValue: 0x2000) }
  public static var recursive: MountFlags { MountFlags(rawValue: 0x4000) }
  public static var silent: MountFlags { MountFlags(rawValue: 0x8000) }
  public static var propagation: MountFlags { MountFlags(rawValue: 0x1e0000) }
  public static var relativeAccessTime: MountFlags { MountFlags(rawValue: 0x20_0000) }
  /// MS_MGC_VAL, which very old programs put in the upper half.
  public static var magicMask: UInt64 { 0xffff_0000 }
  public static var magic: UInt64 { 0xc0ed_0000 }
}

public struct UnmountFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var force: UnmountFlags { UnmountFlags(rawValue: 1) }
  public static var detach: UnmountFlags { UnmountFlags(rawValue: 2) }
  public static var expire: UnmountFlags { UnmountFlags(rawValue: 4) }
  public static var noFollow: UnmountFlags { UnmountFlags(rawValue: 8) }
}

/// struct statfs of x86_64: 120 bytes.
public struct Statfs: BitwiseCopyable, Sendable {
  public var type: Int64 = 0
  public var blockSize: Int64 = 4096
  public var blocks: UInt64 = 0
  public var blocksFree: UInt64 = 0
  public var blocksAvailable: UInt64 = 0
  public var files: UInt64 = 0
  public var filesFree: UInt64 = 0
  public var id: UInt64 = 0
  public var nameLength: Int64 = 255
  public var fragmentSize: Int64 = 4096
  public var flags: Int64 = 0
  private var spare: InlineArray<4, Int64> = InlineArray(repeating: 0)

  public init() {}
}

/// statfs f_type.
public enum FilesystemMagic {
  public static var tmpfs: Int64 { 0x0102_1994 }
  public static var proc: Int64 { 0x9fa0 }
  public static var pipe: Int64 { 0x5049_5045 }
  public static var anonymous: Int64 { 0x0904_1934 }
}
