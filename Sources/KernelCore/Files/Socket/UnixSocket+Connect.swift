// Names and connections of a socket: bind(2), listen(2), connect(2), accept(2).

import CMachine
import LinuxABI

extension UnixSocket {
  /// The name that others see, as sun_path has it.
  public var ownName: [UInt8] { state.withLock { name } }

  /// getpeername(2).
  /// - Throws: ENOTCONN.
  public func peerName() throws(Errno) -> [UInt8] {
    guard let other = state.withLock({ peer }) else { throw .ENOTCONN }
    return other.ownName
  }

  /// bind(2): takes a name that nobody has. `inode` stands for a path.
  /// - Throws: EINVAL when it has one, EADDRINUSE.
  public func bind(_ path: [UInt8], _ inode: Inode?) throws(Errno) {
    guard state.withLock({ name.isEmpty && !isClosed }) else { throw .EINVAL }
    try SocketNames.add(self, path, inode)
    state.withLock { name = path }
  }

  /// - Throws: EINVAL without a name or when it is connected; EOPNOTSUPP for datagrams.
  public func listen(backlog: Int, _ owner: SocketCredentials) throws(Errno) {
    guard isConnectionOriented else { throw .EOPNOTSUPP }
    let room = try state.withLock { () throws(Errno) in
      guard !name.isEmpty, !wasConnected else { throw .EINVAL }
      if listening == nil { listening = Listening(limit: backlog) } else { listening?.limit = backlog }
      peerCredentials = owner
      return listening?.room
    }
    room?.wakeAll()
  }

  /// connect(2) to a socket that a name was found for. Datagram sockets only note whom they send to.
  /// - Throws: ECONNREFUSED, EPROTOTYPE, EISCONN, EINVAL; EAGAIN while too many wait to be accepted: sleep on the
  ///   target's `roomQueue` then.
  public func connect(to target: UnixSocket, _ owner: SocketCredentials) throws(Errno) {
    guard target.type == type else { throw .EPROTOTYPE }
    guard isConnectionOriented else {
      let old = state.withLock {
        let old = peer
        peer = target
        return old
      }
      _ = old
      return
    }
    try state.withLock { () throws(Errno) in
      guard listening == nil else { throw .EINVAL }
      guard !wasConnected else { throw .EISCONN }
    }
    let server = UnixSocket(type, [], uid: owner.uid, gid: owner.gid)
    server.peer = self
    server.wasConnected = true
    server.peerCredentials = owner
    let (name, credentials) = try target.enqueue(server)
    server.state.withLock { server.name = name }
    state.withLock {
      peer = server
      wasConnected = true
      peerCredentials = credentials
    }
    target.readers.wakeAll()
    budget.queue.wakeAll()
  }

  private func enqueue(_ server: UnixSocket) throws(Errno) -> ([UInt8], SocketCredentials) {
    state.acquire()
    defer { state.release() }
    guard let listening, !isClosed, !isReadShut else {
      server.peer = nil
      throw .ECONNREFUSED
    }
    guard listening.waiting.count <= listening.limit else {
      server.peer = nil
      throw .EAGAIN
    }
    server.passesCredentials = passesCredentials
    self.listening?.waiting.append(server)
    return (name, peerCredentials)
  }

  /// Where a connection waits for room.
  public var roomQueue: WaitQueue? { state.withLock { listening?.room } }

  /// Sends to nobody any more (connect with AF_UNSPEC).
  public func disconnect() {
    let old = state.withLock {
      let old = peer
      if !isConnectionOriented { peer = nil }
      return old
    }
    _ = old
  }

  /// accept(2): the connection that has waited longest.
  /// - Throws: EINVAL unless it listens; EAGAIN; EOPNOTSUPP for datagrams.
  public func accept(_ flags: OpenFlags) throws(Errno) -> UnixSocket {
    guard isConnectionOriented else { throw .EOPNOTSUPP }
    state.acquire()
    guard let waiting = listening?.waiting else {
      state.release()
      throw .EINVAL
    }
    guard let first = waiting.first else {
      let isShut = isReadShut
      state.release()
      throw isShut ? .EINVAL : .EAGAIN
    }
    listening?.waiting.removeFirst()
    let room = listening?.room
    state.release()
    room?.wakeAll()
    first.flags.formUnion(flags)
    return first
  }
}

/// Which socket has which name: abstract names by their bytes, others by the inode that bind made. Lock: class names.
public enum SocketNames {
  private struct Entry {
    unowned(unsafe) let socket: UnixSocket
    let name: [UInt8]
    let inode: Inode?
  }

  nonisolated(unsafe) private static var entries: [Entry] = []
  private static let lock = SpinLock<Locks.Names>()
  nonisolated(unsafe) private static var lastAutomatic: UInt32 = 0

  /// - Throws: EADDRINUSE.
  static func add(_ socket: UnixSocket, _ name: [UInt8], _ inode: Inode?) throws(Errno) {
    lock.acquire()
    defer { lock.release() }
    if inode == nil, entries.contains(where: { $0.inode == nil && $0.name == name }) { throw .EADDRINUSE }
    entries.append(Entry(socket: socket, name: name, inode: inode))
  }

  static func remove(_ socket: UnixSocket) {
    let removed = lock.withLock {
      entries.firstIndex { $0.socket === socket }.map { entries.remove(at: $0) }
    }
    _ = removed  // the inode goes with no lock held
  }

  /// The living socket of an abstract name. Its descriptors keep it until the lock is given up; then the caller does.
  public static func find(abstract name: [UInt8]) -> UnixSocket? {
    lock.withLock { entries.first { $0.inode == nil && $0.name == name }?.socket }
  }

  public static func find(_ inode: Inode) -> UnixSocket? {
    lock.withLock { entries.first { $0.inode === inode }?.socket }
  }

  /// A name for a socket that wants one and does not mind which (unix(7), "Autobind feature").
  public static func automatic() -> [UInt8] {
    let number = lock.withLock {
      lastAutomatic = (lastAutomatic + 1) & 0xfffff
      return lastAutomatic
    }
    var name: [UInt8] = [0]
    for shift in stride(from: UInt32(16), through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: number >> shift & 15)
      name.append(digit < 10 ? 48 + digit : 87 + digit)
    }
    return name
  }
}
