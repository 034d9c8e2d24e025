// futex(2): commands, flags and the operation of FUTEX_WAKE_OP.

/// The command and its options, as the second argument has them.
public struct FutexCommand: BitwiseCopyable, Sendable {
  public let rawValue: Int32

  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }

  public static var wait: Int32 { 0 }
  public static var wake: Int32 { 1 }
  public static var requeue: Int32 { 3 }
  public static var compareRequeue: Int32 { 4 }
  public static var wakeOperation: Int32 { 5 }
  public static var waitBits: Int32 { 9 }
  public static var wakeBits: Int32 { 10 }

  /// Without the options.
  @inlinable public var command: Int32 { rawValue & ~0x180 }
  @inlinable public var isPrivate: Bool { rawValue & 0x80 != 0 }
  @inlinable public var isRealTime: Bool { rawValue & 0x100 != 0 }
}

/// FUTEX_OP: what happens to the second word, and what its old value is compared with.
public struct FutexOperation: Equatable, Sendable {
  private let operation: UInt32
  private let comparison: UInt32
  private let argument: UInt32
  private let comparand: Int32

  /// nil for an operation or a comparison that does not exist.
  public init?(_ word: UInt32) {
    operation = word >> 28 & 7
    comparison = word >> 24 & 15
    guard operation <= 4, comparison <= 5 else { return nil }
    // Twelve bits each, signed; FUTEX_OP_OPARG_SHIFT makes the first a bit number.
    let given = UInt32(bitPattern: Int32(bitPattern: word << 8) >> 20)
    argument = word >> 31 != 0 ? 1 << (given & 31) : given
    comparand = Int32(bitPattern: word << 20) >> 20
  }

  /// The second word's new value.
  public func apply(_ old: UInt32) -> UInt32 {
    switch operation {
    case 0: argument
    case 1: old &+ argument
    case 2: old | argument
    case 3: old & ~argument
    default: old ^ argument
    }
  }

  /// Whether waiters of the second word are woken.
  public func holds(_ old: UInt32) -> Bool {
    let value = Int32(bitPattern: old)
    return switch comparison {
    case 0: value == comparand
    case 1: value != comparand
    case 2: value < comparand
    case 3: value <= comparand
    case 4: value > comparand
    default: value >= comparand
    }
  }
}
