// A socket of the family AF_UNIX (unix(7)): stream, datagram or sequenced packets.
//
// Messages wait at their receiver, in `inbox`. Lock: `state` (class socket), one a socket and never two at once: a sender
// looks its peer up under its own lock and delivers under the peer's. A pair of connected sockets keep each other; the
// last descriptor of one ends that.

import CMachine
import LinuxABI

public final class UnixSocket: OpenFile {
  public let type: SocketType
  let state = SpinLock<Locks.Socket>()
  let readers = WaitQueue()
  let budget = SendBudget()

  // Guarded by `state`.
  var inbox = MessageList()
  /// Whom it is connected to; of a datagram socket, whom it sends to.
  var peer: UnixSocket?
  /// It has been connected: the peer may be gone since.
  var wasConnected = false
  var isReadShut = false
  var isWriteShut = false
  var isClosed = false
  /// Bytes of sun_path: empty without a name, a first 0 for an abstract one.
  var name: [UInt8] = []
  var listening: Listening?
  /// ECONNRESET for the next call, when a peer went with messages unread.
  var pendingError: Errno?
  var peerCredentials = SocketCredentials.none
  public var passesCredentials = false
  /// Bit n is option n of SOL_SOCKET, for options that are kept and mean nothing.
  fileprivate var keptFlags: UInt32 = 0
  /// SO_RCVTIMEO and SO_SNDTIMEO, in nanoseconds; 0 for ever.
  public var receiveTimeout: UInt64 = 0
  public var sendTimeout: UInt64 = 0
  public var receiveBuffer = 212_992

  /// Connections that wait to be accepted.
  struct Listening {
    var limit: Int
    var waiting: [UnixSocket] = []
    /// Whoever connects while there are too many waits here.
    let room = WaitQueue()
  }

  public init(_ type: SocketType, _ flags: OpenFlags, uid: UInt32 = 0, gid: UInt32 = 0) {
    self.type = type
    super.init(AnonymousInode(.socket, uid: uid, gid: gid), flags.union(.readWrite))
  }

  deinit { close() }

  /// Two sockets that are connected to each other.
  public static func pair(
    _ type: SocketType, _ flags: OpenFlags, _ owner: SocketCredentials
  ) -> (UnixSocket, UnixSocket) {
    let first = UnixSocket(type, flags, uid: owner.uid, gid: owner.gid)
    let second = UnixSocket(type, flags, uid: owner.uid, gid: owner.gid)
    for (socket, other) in [(first, second), (second, first)] {
      socket.peer = other
      socket.wasConnected = true
      socket.peerCredentials = owner
    }
    return (first, second)
  }

  var isConnectionOriented: Bool { type != .datagram }

  // MARK: The end

  public override func descriptorsGone() { close() }

  /// Gives up the name, the peer, and everything that waits. A peer that was never accepted is told so.
  private func close(isRefusal: Bool = false) {
    SocketNames.remove(self)
    var list = MessageList()
    let (other, unaccepted) = state.withLock {
      isClosed = true
      (list, inbox) = (inbox, list)
      let other = peer
      peer = nil
      let waiting = listening?.waiting ?? []
      listening?.waiting = []
      return (other, waiting)
    }
    let hadUnread = list.first != nil || isRefusal
    while list.popFirst() != nil {}
    if let other, isConnectionOriented { other.losePeer(hadUnread: hadUnread) }
    for socket in unaccepted { socket.close(isRefusal: true) }
    wakeAll()
  }

  /// The other side has gone. What it sent can still be read.
  private func losePeer(hadUnread: Bool) {
    state.withLock {
      peer = nil
      isReadShut = true
      isWriteShut = true
      if hadUnread { pendingError = .ECONNRESET }
    }
    wakeAll()
  }

  func wakeAll() {
    readers.wakeAll()
    budget.queue.wakeAll()
    if let room = state.withLock({ listening?.room }) { room.wakeAll() }
  }

  /// shutdown(2).
  /// - Throws: ENOTCONN.
  public func shutDown(read: Bool, write: Bool) throws(Errno) {
    let isConnected = state.withLock { peer != nil || wasConnected && isConnectionOriented }
    guard isConnected || listening != nil || !isConnectionOriented else { throw .ENOTCONN }
    let other = state.withLock {
      if read { isReadShut = true }
      if write { isWriteShut = true }
      return peer
    }
    if let other, isConnectionOriented {
      other.state.withLock {
        if write { other.isReadShut = true }
        if read { other.isWriteShut = true }
      }
      other.wakeAll()
    }
    wakeAll()
  }

  // MARK: As a file

  public override func read(_ transfer: inout UserTransfer) throws(Errno) {
    guard transfer.remaining > 0 else { return }
    _ = try receive(&transfer, [])
  }

  public override func write(_ transfer: inout UserTransfer) throws(Errno) {
    try send(&transfer, SendDetails(credentials: UnixSocket.currentCredentials()))
  }

  /// Of the calling process; the kernel sets it at boot.
  nonisolated(unsafe) public static var currentCredentials: () -> SocketCredentials = { .none }

  public override var isSeekable: Bool { false }
  public override var readQueue: WaitQueue? { readers }
  public override var writeQueue: WaitQueue? { budget.queue }

  public override func poll() -> PollEvents {
    state.withLock {
      var result = PollEvents()
      if inbox.first != nil || isReadShut || !(listening?.waiting.isEmpty ?? true) { result.formUnion(.readable) }
      if isReadShut { result.insert(.readHangUp) }
      if isReadShut && isWriteShut { result.insert(.hangUp) }
      if isConnectionOriented, peer == nil, listening == nil { result.insert(.hangUp) }
      if pendingError != nil { result.insert(.error) }
      if listening == nil, budget.isWritable { result.formUnion(.writable) }
      return result
    }
  }

  public override func ioctl(_ request: UInt32, _ argument: UInt) throws(Errno) -> Int {
    guard request == Ioctl.inputQueued else { throw .ENOTTY }
    guard state.withLock({ listening == nil }) else { throw .EINVAL }
    let count = state.withLock { type == .stream ? inbox.bytes : inbox.first?.count ?? 0 }
    try UserPointer<Int32>(argument).store(Int32(clamping: count))
    return 0
  }

  // MARK: Options

  public var isListening: Bool { state.withLock { listening != nil } }
  public var credentialsOfPeer: SocketCredentials { state.withLock { peerCredentials } }
  public var sendBuffer: Int {
    get { budget.limit }
    set { budget.limit = newValue }
  }

  /// SO_ERROR: the error that waits, which is gone then.
  public func takeError() -> Errno? {
    state.withLock {
      defer { pendingError = nil }
      return pendingError
    }
  }
}

extension UnixSocket {
  public func flag(_ option: Int32) -> Bool { keptFlags >> UInt32(option & 31) & 1 != 0 }

  public func setFlag(_ option: Int32, _ isOn: Bool) {
    let bit: UInt32 = 1 << UInt32(option & 31)
    keptFlags = isOn ? keptFlags | bit : keptFlags & ~bit
  }
}
