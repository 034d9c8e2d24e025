// getsockopt(2), setsockopt(2) of level SOL_SOCKET (socket(7)).

import KernelCore
import LinuxABI

extension Syscalls {
  static func setsockopt(
    _ caller: Thread, _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: UInt, _ length: Int32
  ) throws(Errno) -> Int {
    try withSocket(caller, descriptor) { (socket: UnixSocket) throws(Errno) in
      try set(socket, level, option, value, length)
    }
  }

  /// Runs `body` with the socket of a descriptor, without counting a reference.
  /// - Throws: EBADF, ENOTSOCK.
  @inline(__always)
  private static func withSocket(
    _ caller: Thread, _ descriptor: Int32, _ body: (UnixSocket) throws(Errno) -> Int
  ) throws(Errno) -> Int {
    try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard let socket = file as? UnixSocket else { throw .ENOTSOCK }
      return try body(socket)
    }
  }

  private static func set(
    _ socket: UnixSocket, _ level: Int32, _ option: Int32, _ value: UInt, _ length: Int32
  ) throws(Errno) -> Int {
    guard length >= 0 else { throw .EINVAL }
    guard level == SocketOption.level else { throw .EOPNOTSUPP }
    if option == SocketOption.receiveTimeout || option == SocketOption.sendTimeout {
      guard length >= 16 else { throw .EINVAL }
      let time = try UserPointer<Timeval>(value).load()
      guard time.isValid else { throw .EDOM }
      let nanoseconds = time.seconds < 0 ? 0 : time.timespec.duration ?? .max
      if option == SocketOption.receiveTimeout {
        socket.receiveTimeout = nanoseconds
      } else {
        socket.sendTimeout = nanoseconds
      }
      return 0
    }
    guard length >= 4 else { throw .EINVAL }
    let number = try UserPointer<Int32>(value).load()
    switch option {
    case SocketOption.passCredentials: socket.passesCredentials = number != 0
    // Linux doubles what is asked for, and has these bounds (net.core.wmem_max, rmem_max).
    case SocketOption.sendBuffer: socket.sendBuffer = max(4608, min(Int(number.magnitude), 212_992) * 2)
    case SocketOption.receiveBuffer: socket.receiveBuffer = max(2304, min(Int(number.magnitude), 212_992) * 2)
    // These mean nothing between processes of one machine, but are kept.
    case SocketOption.debug, SocketOption.reuseAddress, SocketOption.dontRoute, SocketOption.broadcast,
      SocketOption.keepAlive, SocketOption.reusePort:
      socket.setFlag(option, number != 0)
    case SocketOption.linger, SocketOption.receiveLowWater: break
    default: throw .ENOPROTOOPT
    }
    return 0
  }

  static func getsockopt(
    _ caller: Thread, _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: UInt,
    _ length: UserPointer<Int32>
  ) throws(Errno) -> Int {
    try withSocket(caller, descriptor) { (socket: UnixSocket) throws(Errno) in
      try get(socket, level, option, value, length)
    }
  }

  private static func get(
    _ socket: UnixSocket, _ level: Int32, _ option: Int32, _ value: UInt, _ length: UserPointer<Int32>
  ) throws(Errno) -> Int {
    let room = try length.load()
    guard room >= 0 else { throw .EINVAL }
    guard level == SocketOption.level else { throw .EOPNOTSUPP }
    let count: Int
    switch option {
    case SocketOption.peerCredentials: count = try storeOption(socket.credentialsOfPeer, value, room)
    case SocketOption.receiveTimeout: count = try storeOption(Timeval(nanoseconds: socket.receiveTimeout), value, room)
    case SocketOption.sendTimeout: count = try storeOption(Timeval(nanoseconds: socket.sendTimeout), value, room)
    case SocketOption.linger: count = try storeOption(UInt64(0), value, room)
    default: count = try storeOption(try number(of: option, socket), value, room)
    }
    try length.store(Int32(count))
    return 0
  }

  private static func number(of option: Int32, _ socket: UnixSocket) throws(Errno) -> Int32 {
    switch option {
    case SocketOption.type: socket.type.rawValue
    case SocketOption.domain: Int32(SocketFamily.unix)
    case SocketOption.protocol: 0
    case SocketOption.error: socket.takeError()?.rawValue ?? 0
    case SocketOption.acceptsConnections: socket.isListening ? 1 : 0
    case SocketOption.passCredentials: socket.passesCredentials ? 1 : 0
    case SocketOption.sendBuffer: Int32(socket.sendBuffer)
    case SocketOption.receiveBuffer: Int32(socket.receiveBuffer)
    case SocketOption.receiveLowWater, SocketOption.sendLowWater: 1
    case SocketOption.debug, SocketOption.reuseAddress, SocketOption.dontRoute, SocketOption.broadcast,
      SocketOption.keepAlive, SocketOption.reusePort:
      socket.flag(option) ? 1 : 0
    default: throw .ENOPROTOOPT
    }
  }

  /// As much of the value as there is room for. Returns how much.
  private static func storeOption<Value: BitwiseCopyable>(
    _ value: Value, _ address: UInt, _ room: Int32
  ) throws(Errno) -> Int {
    let count = min(Int(room), MemoryLayout<Value>.size)
    try withUnsafeBytes(of: value) { (raw) throws(Errno) in
      try UserMemory.copyOut(raw.baseAddress!, to: address, count: count)
    }
    return count
  }
}
