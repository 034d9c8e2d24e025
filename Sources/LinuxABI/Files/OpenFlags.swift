// Flags of open(2), x86_64 values (asm-generic/fcntl.h).

public struct OpenFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var writeOnly: OpenFlags { OpenFlags(rawValue: 0o1) }
  public static var readWrite: OpenFlags { OpenFlags(rawValue: 0o2) }
  public static var create: OpenFlags { OpenFlags(rawValue: 0o100) }
  public static var exclusive: OpenFlags { OpenFlags(rawValue: 0o200) }
  public static var noControllingTerminal: OpenFlags { OpenFlags(rawValue: 0o400) }
  public static var truncate: OpenFlags { OpenFlags(rawValue: 0o1000) }
  public static var append: OpenFlags { OpenFlags(rawValue: 0o2000) }
  public static var nonBlocking: OpenFlags { OpenFlags(rawValue: 0o4000) }
  public static var dataSync: OpenFlags { OpenFlags(rawValue: 0o10000) }
  public static var async: OpenFlags { OpenFlags(rawValue: 0o20000) }
  public static var direct: OpenFlags { OpenFlags(rawValue: 0o40000) }
  public static var largeFile: OpenFlags { OpenFlags(rawValue: 0o100000) }
  public static var directory: OpenFlags { OpenFlags(rawValue: 0o200000) }
  public static var noFollow: OpenFlags { OpenFlags(rawValue: 0o400000) }
  public static var noAccessTime: OpenFlags { OpenFlags(rawValue: 0o1000000) }
  public static var closeOnExec: OpenFlags { OpenFlags(rawValue: 0o2000000) }
  public static var sync: OpenFlags { OpenFlags(rawValue: 0o4010000) }
  public static var path: OpenFlags { OpenFlags(rawValue: 0o10000000) }
  public static var temporaryFile: OpenFlags { OpenFlags(rawValue: 0o20200000) }

  /// The access mode's two bits; 3 asks for neither right but both permissions (Linux, for ioctl only).
  @inlinable public var accessMode: UInt32 { rawValue & 3 }
  @inlinable public var isReadable: Bool { accessMode == 0 || accessMode == 2 }
  @inlinable public var isWritable: Bool { accessMode == 1 || accessMode == 2 }

  /// What F_SETFL may change.
  public static var settable: OpenFlags { [.append, .nonBlocking, .async, .direct, .noAccessTime] }
  /// What matters to open itself and is not kept in the open file.
  public static var transient: OpenFlags { [.create, .exclusive, .noControllingTerminal, .truncate, .closeOnExec] }
}
