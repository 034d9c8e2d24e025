// poll(2) and select(2).

public struct PollEvents: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static var `in`: PollEvents { PollEvents(rawValue: 0x1) }
  public static var priority: PollEvents { PollEvents(rawValue: 0x2) }
  public static var out: PollEvents { PollEvents(rawValue: 0x4) }
  public static var error: PollEvents { PollEvents(rawValue: 0x8) }
  public static var hangUp: PollEvents { PollEvents(rawValue: 0x10) }
  public static var invalid: PollEvents { PollEvents(rawValue: 0x20) }
  public static var readNormal: PollEvents { PollEvents(rawValue: 0x40) }
  public static var readBand: PollEvents { PollEvents(rawValue: 0x80) }
  public static var writeNormal: PollEvents { PollEvents(rawValue: 0x100) }
  public static var writeBand: PollEvents { PollEvents(rawValue: 0x200) }
  public static var readHangUp: PollEvents { PollEvents(rawValue: 0x2000) }

  public static var readable: PollEvents { [.in, .readNormal] }
  public static var writable: PollEvents { [.out, .writeNormal] }
  /// Reported whether asked for or not.
  public static var unconditional: PollEvents { [.error, .hangUp] }
  /// What puts a descriptor in select's three sets.
  public static var selectRead: PollEvents { [.in, .readNormal, .readBand, .hangUp, .error] }
  public static var selectWrite: PollEvents { [.out, .writeNormal, .writeBand, .error] }
  public static var selectExceptional: PollEvents { [.priority] }
}

/// struct pollfd.
public struct PollFD: BitwiseCopyable, Sendable {
  public var descriptor: Int32 = 0
  public var events = PollEvents()
  public var returned = PollEvents()

  @inlinable public init() {}

  @inlinable
  public init(descriptor: Int32, events: PollEvents) {
    self.descriptor = descriptor
    self.events = events
  }
}

/// FD_SETSIZE is the library's; the kernel takes any count and uses whole words.
@inlinable public var descriptorSetWordBits: Int { 64 }
