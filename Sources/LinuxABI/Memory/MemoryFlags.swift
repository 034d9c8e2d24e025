// Flags of mmap(2) and mprotect(2).

/// PROT_ flags.
public struct Protection: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: Int32
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
  public static var read: Protection { Protection(rawValue: 1) }
  public static var write: Protection { Protection(rawValue: 2) }
  public static var execute: Protection { Protection(rawValue: 4) }
  public static var all: Protection { Protection(rawValue: 7) }
  public static var growsDown: Protection { Protection(rawValue: 0x0100_0000) }
  public static var growsUp: Protection { Protection(rawValue: 0x0200_0000) }
}

/// MAP_ flags.
public struct MapFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: Int32
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
  public static var shared: MapFlags { MapFlags(rawValue: 1) }
  public static var `private`: MapFlags { MapFlags(rawValue: 2) }
  public static var typeMask: Int32 { 0x0f }
  public static var fixed: MapFlags { MapFlags(rawValue: 0x10) }
  public static var anonymous: MapFlags { MapFlags(rawValue: 0x20) }
  public static var growsDown: MapFlags { MapFlags(rawValue: 0x0100) }
  public static var populate: MapFlags { MapFlags(rawValue: 0x8000) }
  public static var fixedNoReplace: MapFlags { MapFlags(rawValue: 0x10_0000) }
}

/// MREMAP_ flags.
public struct RemapFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: Int32
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
  public static var mayMove: RemapFlags { RemapFlags(rawValue: 1) }
  public static var fixed: RemapFlags { RemapFlags(rawValue: 2) }
  public static var dontUnmap: RemapFlags { RemapFlags(rawValue: 4) }
}

/// Advice of madvise(2) that does something.
public enum MemoryAdvice {
  public static var normal: Int32 { 0 }
  public static var random: Int32 { 1 }
  public static var sequential: Int32 { 2 }
  public static var willNeed: Int32 { 3 }
  public static var dontNeed: Int32 { 4 }
  public static var free: Int32 { 8 }
  public static var remove: Int32 { 9 }
  public static var populateRead: Int32 { 22 }
  public static var populateWrite: Int32 { 23 }
}

/// F_SEAL_ flags of memfd_create(2).
public struct FileSeals: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static var sealing: FileSeals { FileSeals(rawValue: 1) }
  public static var shrink: FileSeals { FileSeals(rawValue: 2) }
  public static var grow: FileSeals { FileSeals(rawValue: 4) }
  public static var write: FileSeals { FileSeals(rawValue: 8) }
  public static var futureWrite: FileSeals { FileSeals(rawValue: 16) }
  public static var all: FileSeals { FileSeals(rawValue: 31) }
}

/// MFD_ flags.
public struct MemoryFileFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static var closeOnExec: MemoryFileFlags { MemoryFileFlags(rawValue: 1) }
  public static var allowSealing: MemoryFileFlags { MemoryFileFlags(rawValue: 2) }
  public static var noExecute: MemoryFileFlags { MemoryFileFlags(rawValue: 8) }
  public static var execute: MemoryFileFlags { MemoryFileFlags(rawValue: 16) }
}
