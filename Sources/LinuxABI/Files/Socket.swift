// socket(2), unix(7): families, types, levels, options, messages and their control data.

public enum SocketFamily {
  public static var unspecified: UInt16 { 0 }
  public static var unix: UInt16 { 1 }
}

public enum SocketType: Int32, Sendable {
  case stream = 1
  case datagram = 2
  case sequentialPacket = 5

  /// SOCK_NONBLOCK and SOCK_CLOEXEC are O_NONBLOCK and O_CLOEXEC.
  public static var mask: UInt32 { 0xf }
}

/// Options of level SOL_SOCKET.
public enum SocketOption {
  public static var level: Int32 { 1 }
  public static var debug: Int32 { 1 }
  public static var reuseAddress: Int32 { 2 }
  public static var type: Int32 { 3 }
  public static var error: Int32 { 4 }
  public static var dontRoute: Int32 { 5 }
  public static var broadcast: Int32 { 6 }
  public static var sendBuffer: Int32 { 7 }
  public static var receiveBuffer: Int32 { 8 }
  public static var keepAlive: Int32 { 9 }
  public static var linger: Int32 { 13 }
  public static var reusePort: Int32 { 15 }
  public static var passCredentials: Int32 { 16 }
  public static var peerCredentials: Int32 { 17 }
  public static var receiveLowWater: Int32 { 18 }
  public static var sendLowWater: Int32 { 19 }
  public static var receiveTimeout: Int32 { 20 }
  public static var sendTimeout: Int32 { 21 }
  public static var acceptsConnections: Int32 { 30 }
  public static var `protocol`: Int32 { 38 }
  public static var domain: Int32 { 39 }
}

/// MSG_ flags.
public struct MessageFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var outOfBand: MessageFlags { MessageFlags(rawValue: 0x1) }
  public static var peek: MessageFlags { MessageFlags(rawValue: 0x2) }
  public static var controlTruncated: MessageFlags { MessageFlags(rawValue: 0x8) }
  public static var truncated: MessageFlags { MessageFlags(rawValue: 0x20) }
  public static var dontWait: MessageFlags { MessageFlags(rawValue: 0x40) }
  public static var endOfRecord: MessageFlags { MessageFlags(rawValue: 0x80) }
  public static var waitAll: MessageFlags { MessageFlags(rawValue: 0x100) }
  public static var noSignal: MessageFlags { MessageFlags(rawValue: 0x4000) }
  public static var waitForOne: MessageFlags { MessageFlags(rawValue: 0x1_0000) }
  public static var closeOnExec: MessageFlags { MessageFlags(rawValue: 0x4000_0000) }
}

/// struct msghdr: 56 bytes.
public struct MessageHeader: BitwiseCopyable, Sendable {
  public var name: UInt64 = 0
  public var nameLength: UInt32 = 0
  private var padding: UInt32 = 0
  public var vectors: UInt64 = 0
  public var vectorCount: UInt64 = 0
  public var control: UInt64 = 0
  public var controlLength: UInt64 = 0
  public var flags: UInt32 = 0
  private var end: UInt32 = 0

  public init() {}

  /// Where controlLength and flags stand.
  public static var nameLengthOffset: UInt { 8 }
  public static var controlLengthOffset: UInt { 40 }
  public static var flagsOffset: UInt { 48 }
  /// struct mmsghdr: a header and the count that was moved.
  public static var multipleStride: UInt { 64 }
}

/// struct cmsghdr: 16 bytes before its data.
public struct ControlHeader: BitwiseCopyable, Sendable {
  public var length: UInt64 = 0
  public var level: Int32 = 0
  public var type: Int32 = 0

  public init() {}

  public init(length: UInt64, level: Int32, type: Int32) {
    self.length = length
    self.level = level
    self.type = type
  }

  public static var rights: Int32 { 1 }
  public static var credentials: Int32 { 2 }
  /// SCM_MAX_FD.
  public static var maximumFiles: Int { 253 }
}

/// struct ucred.
public struct SocketCredentials: Equatable, BitwiseCopyable, Sendable {
  public var pid: Int32
  public var uid: UInt32
  public var gid: UInt32

  public init(pid: Int32, uid: UInt32, gid: UInt32) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }

  /// What getsockopt gives for a socket without a peer.
  public static var none: SocketCredentials { SocketCredentials(pid: 0, uid: .max, gid: .max) }
}
