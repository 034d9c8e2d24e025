// Small enumerations of the file calls: fcntl commands, whence, access modes, AT_ flags and their like.
// Commands that a program may pass with any value are constants, not enums.

public enum FileControl {
  public static var duplicate: Int32 { 0 }
  public static var getDescriptorFlags: Int32 { 1 }
  public static var setDescriptorFlags: Int32 { 2 }
  public static var getStatusFlags: Int32 { 3 }
  public static var setStatusFlags: Int32 { 4 }
  public static var getLock: Int32 { 5 }
  public static var setLock: Int32 { 6 }
  public static var setLockWait: Int32 { 7 }
  public static var setOwner: Int32 { 8 }
  public static var getOwner: Int32 { 9 }
  /// The same for locks of open file descriptions.
  public static var getDescriptionLock: Int32 { 36 }
  public static var setDescriptionLock: Int32 { 37 }
  public static var setDescriptionLockWait: Int32 { 38 }
  public static var addSeals: Int32 { 1033 }
  public static var getSeals: Int32 { 1034 }
  public static var duplicateCloseOnExec: Int32 { 1030 }
  public static var setPipeSize: Int32 { 1031 }
  public static var getPipeSize: Int32 { 1032 }
  /// FD_CLOEXEC.
  public static var closeOnExec: Int32 { 1 }
}

public enum Whence {
  public static var set: Int32 { 0 }
  public static var current: Int32 { 1 }
  public static var end: Int32 { 2 }
  public static var data: Int32 { 3 }
  public static var hole: Int32 { 4 }
}

/// Rights asked for by access(2) and checked by the path walk.
public struct AccessMode: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var execute: AccessMode { AccessMode(rawValue: 1) }
  public static var write: AccessMode { AccessMode(rawValue: 2) }
  public static var read: AccessMode { AccessMode(rawValue: 4) }
}

/// AT_ flags of the …at calls.
public struct AtFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var symlinkNoFollow: AtFlags { AtFlags(rawValue: 0x100) }
  /// AT_EACCESS for faccessat, AT_REMOVEDIR for unlinkat: the same bit.
  public static var effectiveAccess: AtFlags { AtFlags(rawValue: 0x200) }
  public static var removeDirectory: AtFlags { AtFlags(rawValue: 0x200) }
  public static var symlinkFollow: AtFlags { AtFlags(rawValue: 0x400) }
  public static var noAutomount: AtFlags { AtFlags(rawValue: 0x800) }
  public static var emptyPath: AtFlags { AtFlags(rawValue: 0x1000) }
  public static var statxForceSync: AtFlags { AtFlags(rawValue: 0x2000) }
  public static var statxDontSync: AtFlags { AtFlags(rawValue: 0x4000) }

  /// AT_FDCWD: the descriptor that means the working directory.
  public static var currentDirectory: Int32 { -100 }
}

public struct RenameFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var noReplace: RenameFlags { RenameFlags(rawValue: 1) }
  public static var exchange: RenameFlags { RenameFlags(rawValue: 2) }
  public static var whiteout: RenameFlags { RenameFlags(rawValue: 4) }
}

public struct FallocateFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var keepSize: FallocateFlags { FallocateFlags(rawValue: 1) }
  public static var punchHole: FallocateFlags { FallocateFlags(rawValue: 2) }
}

public struct CloseRangeFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var unshare: CloseRangeFlags { CloseRangeFlags(rawValue: 2) }
  public static var closeOnExec: CloseRangeFlags { CloseRangeFlags(rawValue: 4) }
}

/// Operations of flock(2).
public enum FileLock {
  public static var shared: Int32 { 1 }
  public static var exclusive: Int32 { 2 }
  public static var nonBlocking: Int32 { 4 }
  public static var unlock: Int32 { 8 }
}

public enum PathLimit {
  /// NAME_MAX: the longest component.
  public static var name: Int { 255 }
  /// PATH_MAX: a path with its NUL.
  public static var path: Int { 4096 }
  /// The most symbolic links one walk follows.
  public static var links: Int { 40 }
  /// PIPE_BUF: the largest write that is atomic.
  public static var pipeAtomic: Int { 4096 }
}
