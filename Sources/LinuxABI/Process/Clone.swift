// clone(2), wait(2) and their relatives.

/// CLONE_ flags. The low byte is the signal the parent gets at the end.
public struct CloneFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  public static var memory: CloneFlags { CloneFlags(rawValue: 0x100) }
  public static var filesystem: CloneFlags { CloneFlags(rawValue: 0x200) }
  public static var files: CloneFlags { CloneFlags(rawValue: 0x400) }
  public static var signalHandlers: CloneFlags { CloneFlags(rawValue: 0x800) }
  public static var vfork: CloneFlags { CloneFlags(rawValue: 0x4000) }
  public static var parent: CloneFlags { CloneFlags(rawValue: 0x8000) }
  public static var thread: CloneFlags { CloneFlags(rawValue: 0x1_0000) }
  public static var newNamespace: CloneFlags { CloneFlags(rawValue: 0x2_0000) }
  public static var setThreadPointer: CloneFlags { CloneFlags(rawValue: 0x8_0000) }
  public static var parentSetTID: CloneFlags { CloneFlags(rawValue: 0x10_0000) }
  public static var childClearTID: CloneFlags { CloneFlags(rawValue: 0x20_0000) }
  /// CLONE_PIDFD and the namespaces, which Apus does not have.
  public static var unsupported: CloneFlags { CloneFlags(rawValue: 0x1000 | 0x200_0000 | 0x7c00_0000) }
  /// CLONE_CLEAR_SIGHAND, of clone3 only.
  public static var clearHandlers: CloneFlags { CloneFlags(rawValue: 0x1_0000_0000) }
  public static var childSetTID: CloneFlags { CloneFlags(rawValue: 0x100_0000) }

  public var exitSignal: Int32 { Int32(rawValue & 0xff) }
}

/// Options of wait4(2) and waitid(2).
public struct WaitOptions: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: Int32
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
  public static var noHang: WaitOptions { WaitOptions(rawValue: 1) }
  public static var stopped: WaitOptions { WaitOptions(rawValue: 2) }
  public static var exited: WaitOptions { WaitOptions(rawValue: 4) }
  public static var continued: WaitOptions { WaitOptions(rawValue: 8) }
  public static var noWait: WaitOptions { WaitOptions(rawValue: 0x100_0000) }
  /// __WNOTHREAD, __WALL, __WCLONE: accepted, all children are ours alike.
  public static var ignored: WaitOptions { WaitOptions(rawValue: Int32(bitPattern: 0xe000_0000)) }
}

/// A wait status word: how a child ended or changed.
public struct WaitStatus: Equatable, BitwiseCopyable, Sendable {
  public let rawValue: Int32

  public static func exited(_ code: Int32) -> WaitStatus { WaitStatus(rawValue: (code & 0xff) << 8) }
  public static func signaled(_ signal: Signal, core: Bool = false) -> WaitStatus {
    WaitStatus(rawValue: signal.rawValue | (core ? 0x80 : 0))
  }
  public static func stopped(_ signal: Signal) -> WaitStatus { WaitStatus(rawValue: signal.rawValue << 8 | 0x7f) }
  public static var continued: WaitStatus { WaitStatus(rawValue: 0xffff) }

  @inlinable public var isExit: Bool { rawValue & 0x7f == 0 }
  @inlinable public var exitCode: Int32 { rawValue >> 8 & 0xff }
  @inlinable public var terminatingSignal: Int32 { rawValue & 0x7f }

  @inlinable
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// struct rusage: 144 bytes.
public struct ResourceUsage: BitwiseCopyable, Sendable {
  public var user = Timeval()
  public var system = Timeval()
  public var maximumResident: Int64 = 0
  private var unused: (Int64, Int64, Int64) = (0, 0, 0)
  public var minorFaults: Int64 = 0
  public var majorFaults: Int64 = 0
  private var more: (Int64, Int64, Int64, Int64, Int64, Int64) = (0, 0, 0, 0, 0, 0)
  public var voluntarySwitches: Int64 = 0
  public var involuntarySwitches: Int64 = 0

  public init() {}
}
