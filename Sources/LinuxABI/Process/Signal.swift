// Signals: numbers, sets, actions and the structures that cross the boundary (signal(7), sigaction(2)).

/// A signal number, 1…64.
public struct Signal: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
  public let rawValue: Int32

  @inlinable
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// nil unless 1…64.
  @inlinable
  public init?(number: Int32) {
    guard number >= 1, number <= 64 else { return nil }
    rawValue = number
  }

  public static var hangUp: Signal { Signal(rawValue: 1) }
  public static var interrupt: Signal { Signal(rawValue: 2) }
  public static var quit: Signal { Signal(rawValue: 3) }
  public static var illegal: Signal { Signal(rawValue: 4) }
  public static var trap: Signal { Signal(rawValue: 5) }
  public static var abort: Signal { Signal(rawValue: 6) }
  public static var bus: Signal { Signal(rawValue: 7) }
  public static var arithmetic: Signal { Signal(rawValue: 8) }
  public static var user1: Signal { Signal(rawValue: 10) }
  public static var virtualAlarm: Signal { Signal(rawValue: 26) }
  public static var profilingAlarm: Signal { Signal(rawValue: 27) }
  public static var cpuTime: Signal { Signal(rawValue: 24) }
  public static var kill: Signal { Signal(rawValue: 9) }
  public static var segmentation: Signal { Signal(rawValue: 11) }
  public static var pipe: Signal { Signal(rawValue: 13) }
  public static var alarm: Signal { Signal(rawValue: 14) }
  public static var child: Signal { Signal(rawValue: 17) }
  public static var `continue`: Signal { Signal(rawValue: 18) }
  public static var stop: Signal { Signal(rawValue: 19) }
  public static var terminalStop: Signal { Signal(rawValue: 20) }
  public static var terminalInput: Signal { Signal(rawValue: 21) }
  public static var terminalOutput: Signal { Signal(rawValue: 22) }
  public static var urgent: Signal { Signal(rawValue: 23) }
  public static var windowChange: Signal { Signal(rawValue: 28) }

  /// What happens without a handler (signal(7), "Standard signals").
  public enum DefaultAction: Sendable { case terminate, core, ignore, stop, `continue` }

  public var defaultAction: DefaultAction {
    switch rawValue {
    case 3, 4, 5, 6, 7, 8, 11, 24, 25, 31: .core
    case 17, 23, 28: .ignore
    case 18: .continue
    case 19, 20, 21, 22: .stop
    default: .terminate
    }
  }

  /// True for the two that can be neither caught, blocked nor ignored.
  @inlinable
  public var isUnstoppable: Bool { self == .kill || self == .stop }
}

/// sigset_t as the kernel has it: bit n-1 is signal n.
public struct SignalSet: Equatable, BitwiseCopyable, Sendable {
  public var bits: UInt64

  @inlinable
  public init(bits: UInt64 = 0) { self.bits = bits }

  @inlinable
  public init(_ signal: Signal) { bits = 1 << UInt64(signal.rawValue - 1) }

  @inlinable
  public func contains(_ signal: Signal) -> Bool { bits & 1 << UInt64(signal.rawValue - 1) != 0 }

  @inlinable
  public mutating func insert(_ signal: Signal) { bits |= 1 << UInt64(signal.rawValue - 1) }

  @inlinable
  public mutating func remove(_ signal: Signal) { bits &= ~(1 << UInt64(signal.rawValue - 1)) }

  @inlinable
  public var isEmpty: Bool { bits == 0 }

  /// The lowest signal in the set.
  @inlinable
  public var first: Signal? { bits == 0 ? nil : Signal(rawValue: Int32(bits.trailingZeroBitCount) + 1) }

  /// SIGKILL and SIGSTOP, which no mask holds back.
  public static var unstoppable: SignalSet { SignalSet(bits: 1 << 8 | 1 << 18) }
  public static var stopping: SignalSet { SignalSet(bits: 1 << 18 | 1 << 19 | 1 << 20 | 1 << 21) }
  /// Faults of the thread itself are delivered before anything else.
  public static var synchronous: SignalSet {
    SignalSet(bits: 1 << 10 | 1 << 6 | 1 << 3 | 1 << 4 | 1 << 7 | 1 << 30)
  }
}

/// SA_ flags of sigaction(2).
public struct SignalActionFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  public static var noChildStop: SignalActionFlags { SignalActionFlags(rawValue: 1) }
  public static var noChildWait: SignalActionFlags { SignalActionFlags(rawValue: 2) }
  public static var info: SignalActionFlags { SignalActionFlags(rawValue: 4) }
  public static var restorer: SignalActionFlags { SignalActionFlags(rawValue: 0x0400_0000) }
  public static var onStack: SignalActionFlags { SignalActionFlags(rawValue: 0x0800_0000) }
  public static var restart: SignalActionFlags { SignalActionFlags(rawValue: 0x1000_0000) }
  public static var noDefer: SignalActionFlags { SignalActionFlags(rawValue: 0x4000_0000) }
  public static var resetHandler: SignalActionFlags { SignalActionFlags(rawValue: 0x8000_0000) }
}

/// struct kernel_sigaction: 32 bytes.
public struct SignalAction: BitwiseCopyable, Sendable {
  /// SIG_DFL (0), SIG_IGN (1) or the handler's address.
  public var handler: UInt64 = 0
  public var flags = SignalActionFlags(rawValue: 0)
  public var restorer: UInt64 = 0
  public var mask = SignalSet()

  public init() {}

  @inlinable public var isDefault: Bool { handler == 0 }
  @inlinable public var isIgnored: Bool { handler == 1 }

  public static var ignored: SignalAction {
    var action = SignalAction()
    action.handler = 1
    return action
  }
}

/// siginfo_t: 128 bytes, the fields that any signal of this kernel carries.
public struct SignalInfo: BitwiseCopyable, Sendable {
  public var number: Int32
  public var errno: Int32 = 0
  public var code: Int32
  private var padding: Int32 = 0
  /// si_pid and si_uid, or the low and high half of si_addr.
  public var first: UInt64 = 0
  /// si_status, or si_value.
  public var second: UInt64 = 0
  private var rest: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
  private var tail: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)

  public init(_ signal: Signal, code: Int32) {
    number = signal.rawValue
    self.code = code
  }

  /// From a process: si_pid, si_uid.
  public init(_ signal: Signal, code: Int32, pid: Int32, uid: UInt32, status: Int32 = 0) {
    self.init(signal, code: code)
    first = UInt64(UInt32(bitPattern: pid)) | UInt64(uid) << 32
    second = UInt64(UInt32(bitPattern: status))
  }

  /// From a fault: si_addr.
  public init(_ signal: Signal, code: Int32, address: UInt64) {
    self.init(signal, code: code)
    first = address
  }

  public var signal: Signal { Signal(rawValue: number) }

  // si_code values (sigaction(2)).
  public static var user: Int32 { 0 }
  public static var kernel: Int32 { 0x80 }
  public static var queue: Int32 { -1 }
  public static var timer: Int32 { -2 }
  public static var threadKill: Int32 { -6 }

  /// SI_TIMER: the timer's number and how often it came in vain; si_value.
  public init(timer: Int32, _ signal: Signal, value: UInt64) {
    self.init(signal, code: Self.timer)
    first = UInt64(UInt32(bitPattern: timer))
    second = value
  }

  public var pid: Int32 { Int32(truncatingIfNeeded: first) }
  public var uid: UInt32 { UInt32(truncatingIfNeeded: first >> 32) }
  public var status: Int32 { Int32(truncatingIfNeeded: second) }
}

/// stack_t: 24 bytes.
public struct SignalStack: BitwiseCopyable, Sendable {
  public var base: UInt64 = 0
  public var flags: Int32 = 2
  private var padding: Int32 = 0
  public var size: UInt64 = 0

  public init() {}

  public static var onStack: Int32 { 1 }
  public static var disabled: Int32 { 2 }
  public static var minimumSize: UInt64 { 2048 }
}
