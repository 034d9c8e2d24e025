// Sockets: making, naming and connecting them (socket(2), unix(7)). The only family is AF_UNIX.

import KernelCore
import LinuxABI

extension Syscalls {
  static func socket(_ caller: Thread, _ family: Int32, _ type: UInt32, _ proto: Int32) throws(Errno) -> Int {
    let (type, flags) = try socketType(family, type, proto)
    let owner = caller.socketCredentials
    let socket = UnixSocket(type, flags.intersection(.nonBlocking), uid: owner.uid, gid: owner.gid)
    return Int(try caller.process.files.install(socket, closeOnExec: flags.contains(.closeOnExec)))
  }

  static func socketpair(
    _ caller: Thread, _ family: Int32, _ type: UInt32, _ proto: Int32, _ out: UserPointer<Int32>
  ) throws(Errno) -> Int {
    let (type, flags) = try socketType(family, type, proto)
    let (first, second) = UnixSocket.pair(type, flags.intersection(.nonBlocking), caller.socketCredentials)
    let files = caller.process.files!
    let isClosed = flags.contains(.closeOnExec)
    var numbers: [Int32] = []
    do throws(Errno) {
      numbers.append(try files.install(first, closeOnExec: isClosed))
      numbers.append(try files.install(second, closeOnExec: isClosed))
      try out.store(numbers[0])
      try out.advanced(by: 1).store(numbers[1])
    } catch {
      for number in numbers { try files.close(number) }
      first.descriptorsGone()
      second.descriptorsGone()
      throw error
    }
    return 0
  }

  private static func socketType(
    _ family: Int32, _ type: UInt32, _ proto: Int32
  ) throws(Errno) -> (SocketType, OpenFlags) {
    let flags = OpenFlags(rawValue: type & ~SocketType.mask)
    guard flags.isSubset(of: [.nonBlocking, .closeOnExec]) else { throw .EINVAL }
    guard family == Int32(SocketFamily.unix) else { throw .EAFNOSUPPORT }
    guard proto == 0 || proto == Int32(SocketFamily.unix) else { throw .EPROTONOSUPPORT }
    // SOCK_RAW is a datagram socket here, as Linux has it.
    guard let kind = SocketType(rawValue: type & SocketType.mask == 3 ? 2 : Int32(type & SocketType.mask)) else {
      throw .ESOCKTNOSUPPORT
    }
    return (kind, flags)
  }

  /// - Throws: EBADF, ENOTSOCK.
  static func socketFile(_ caller: Thread, _ descriptor: Int32) throws(Errno) -> UnixSocket {
    let file = try caller.process.files.retained(descriptor)
    guard !file.flags.contains(.path) else { throw .EBADF }
    guard let socket = file as? UnixSocket else { throw .ENOTSOCK }
    return socket
  }

  // MARK: Names

  static func bind(_ caller: Thread, _ descriptor: Int32, _ address: UInt, _ length: UInt32) throws(Errno) -> Int {
    let socket = try socketFile(caller, descriptor)
    let path = try socketPath(address, length)
    guard let first = path.first else {
      try socket.bind(SocketNames.automatic(), nil)
      return 0
    }
    if first == 0 {
      try socket.bind(path, nil)
      return 0
    }
    guard socket.ownName.isEmpty else { throw .EINVAL }
    let node = NewNode(mode: newMode(caller, .socket, 0o777), as: caller.process.credentials)
    let inode = try path.withUnsafeBytesTyped { (raw) throws(Errno) in
      try makeNode(caller, Name(raw), node)
    }
    try socket.bind(path, inode)
    return 0
  }

  private static func makeNode(_ caller: Thread, _ path: Name, _ node: NewNode) throws(Errno) -> Inode {
    var walk = try walk(caller, AtFlags.currentDirectory, path)
    try walkToLast(caller, &walk)
    guard !walk.last.isEmpty, !walk.last.isDot, !walk.last.isDotDot, !walk.mustBeDirectory else { throw .EADDRINUSE }
    try walk.directory.filesystem.checkWritable()
    try caller.process.credentials.check(walk.directory, [.write, .execute])
    do throws(Errno) { return try walk.directory.create(walk.last, node) } catch {
      throw error == .EEXIST ? .EADDRINUSE : error
    }
  }

  /// The bytes of sun_path: none for a bare family, up to the 0 of a path, all of an abstract name.
  static func socketPath(_ address: UInt, _ length: UInt32) throws(Errno) -> [UInt8] {
    guard length >= 2, length <= 110 else { throw .EINVAL }
    guard try UserPointer<UInt16>(address).load() == SocketFamily.unix else { throw .EINVAL }
    var path: [UInt8] = []
    for index in 2..<UInt(length) {
      let byte = try UserPointer<UInt8>(address + index).load()
      if byte == 0, index > 2, path.first != 0 { break }
      path.append(byte)
    }
    return path
  }

  /// Writes a name as struct sockaddr_un; the length it would need, whatever there was room for.
  static func storeName(_ name: [UInt8], _ address: UInt, _ length: UserPointer<UInt32>) throws(Errno) {
    let room = try length.load()
    guard Int32(bitPattern: room) >= 0 else { throw .EINVAL }
    try length.store(try storeName(name, address, room: Int(room)))
  }

  static func storeName(_ name: [UInt8], _ address: UInt, room: Int) throws(Errno) -> UInt32 {
    var bytes: [UInt8] = [UInt8(SocketFamily.unix), 0] + name
    if let first = name.first, first != 0 { bytes.append(0) }
    try bytes.withUnsafeBytesTyped { (raw) throws(Errno) in
      try UserMemory.copyOut(raw.baseAddress!, to: address, count: min(room, raw.count))
    }
    return UInt32(bytes.count)
  }

  static func getsockname(
    _ caller: Thread, _ descriptor: Int32, _ address: UInt, _ length: UserPointer<UInt32>
  ) throws(Errno) -> Int {
    try storeName(try socketFile(caller, descriptor).ownName, address, length)
    return 0
  }

  static func getpeername(
    _ caller: Thread, _ descriptor: Int32, _ address: UInt, _ length: UserPointer<UInt32>
  ) throws(Errno) -> Int {
    try storeName(try socketFile(caller, descriptor).peerName(), address, length)
    return 0
  }

  // MARK: Connections

  static func listen(_ caller: Thread, _ descriptor: Int32, _ backlog: Int32) throws(Errno) -> Int {
    let limit = UInt32(bitPattern: backlog) > 4096 ? 4096 : Int(backlog)
    try socketFile(caller, descriptor).listen(backlog: limit, caller.socketCredentials)
    return 0
  }

  static func connect(_ caller: Thread, _ descriptor: Int32, _ address: UInt, _ length: UInt32) throws(Errno) -> Int {
    let socket = try socketFile(caller, descriptor)
    guard length >= 2 else { throw .EINVAL }
    if try UserPointer<UInt16>(address).load() == SocketFamily.unspecified, socket.type == .datagram {
      socket.disconnect()
      return 0
    }
    let target = try findSocket(caller, try socketPath(address, length))
    do throws(Errno) { try socket.connect(to: target, caller.socketCredentials) } catch {
      guard error == .EAGAIN, !socket.flags.contains(.nonBlocking), let queue = target.roomQueue else { throw error }
      let deadline = deadline(socket.sendTimeout)
      try timed { () throws(Errno) in
        try caller.sleep(on: queue, deadline: deadline) { () throws(Errno) -> Void? in
          do throws(Errno) { try socket.connect(to: target, caller.socketCredentials) } catch {
            guard error == .EAGAIN else { throw error }
            return nil
          }
        }
      }
    }
    return 0
  }

  /// - Throws: ECONNREFUSED when nobody has the name; EACCES, ENOENT and the like for paths.
  static func findSocket(_ caller: Thread, _ path: [UInt8]) throws(Errno) -> UnixSocket {
    guard let first = path.first else { throw .EINVAL }
    if first == 0 {
      guard let socket = SocketNames.find(abstract: path) else { throw .ECONNREFUSED }
      return socket
    }
    let inode = try path.withUnsafeBytesTyped { (raw) throws(Errno) in
      var walk = try walk(caller, AtFlags.currentDirectory, Name(raw))
      return try lookUp(caller, &walk)
    }
    try caller.process.credentials.check(inode, .write)
    guard inode.mode.type == .socket, let socket = SocketNames.find(inode) else { throw .ECONNREFUSED }
    return socket
  }

  static func accept4(
    _ caller: Thread, _ descriptor: Int32, _ address: UInt, _ length: UserPointer<UInt32>, _ flags: UInt32
  ) throws(Errno) -> Int {
    let flags = OpenFlags(rawValue: flags)
    guard flags.isSubset(of: [.nonBlocking, .closeOnExec]) else { throw .EINVAL }
    let socket = try socketFile(caller, descriptor)
    try caller.process.files.checkRoom()
    let accepted = try accept(caller, socket, flags.intersection(.nonBlocking))
    do throws(Errno) {
      if address != 0 { try storeName((try? accepted.peerName()) ?? [], address, length) }
      return Int(try caller.process.files.install(accepted, closeOnExec: flags.contains(.closeOnExec)))
    } catch {
      accepted.descriptorsGone()
      throw error
    }
  }

  private static func accept(_ caller: Thread, _ socket: UnixSocket, _ flags: OpenFlags) throws(Errno) -> UnixSocket {
    do throws(Errno) { return try socket.accept(flags) } catch {
      guard error == .EAGAIN, !socket.flags.contains(.nonBlocking) else { throw error }
    }
    let deadline = deadline(socket.receiveTimeout)
    return try timed { () throws(Errno) in
      try caller.sleep(on: socket.readQueue!, deadline: deadline) { () throws(Errno) -> UnixSocket? in
        do throws(Errno) { return try socket.accept(flags) } catch {
          guard error == .EAGAIN else { throw error }
          return nil
        }
      }
    }
  }

  static func shutdown(_ caller: Thread, _ descriptor: Int32, _ how: Int32) throws(Errno) -> Int {
    let socket = try socketFile(caller, descriptor)
    guard how >= 0, how <= 2 else { throw .EINVAL }
    try socket.shutDown(read: how != 1, write: how != 0)
    return 0
  }

  // MARK: Time-outs of a socket

  static func deadline(_ timeout: UInt64) -> UInt64? {
    timeout == 0 ? nil : Clock.monotonic().addingSaturated(timeout)
  }

  /// A socket's time-out is EAGAIN.
  static func timed<Result>(_ body: () throws(Errno) -> Result) throws(Errno) -> Result {
    do throws(Errno) { return try body() } catch { throw error == .ETIMEDOUT ? .EAGAIN : error }
  }
}

extension Thread {
  /// What a peer learns of this process.
  var socketCredentials: SocketCredentials {
    let credentials = process.credentials!
    return SocketCredentials(pid: process.pid, uid: credentials.euid, gid: credentials.egid)
  }
}
