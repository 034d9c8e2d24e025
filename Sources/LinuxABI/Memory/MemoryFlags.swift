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
