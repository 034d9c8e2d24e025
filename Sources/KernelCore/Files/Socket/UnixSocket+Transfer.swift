// Sending and receiving. Nothing sleeps here: EAGAIN, then the socket's queues.

import LinuxABI

/// What goes along with the bytes of a send.
public struct SendDetails {
  public var credentials: SocketCredentials
  public var files: [OpenFile] = []
  /// Whom a datagram goes to; nil for the peer.
  public var target: UnixSocket?

  public init(credentials: SocketCredentials) { self.credentials = credentials }
}

/// What came along with the bytes of a receive.
public struct ReceiveDetails {
  /// Each file's descriptor count includes one for the receiver, who installs it or drops it.
  public var files: [OpenFile] = []
  public var credentials: SocketCredentials?
  public var sender: [UInt8]?
  /// Of a datagram: its whole length, however much was read.
  public var length = 0
  public var isTruncated = false
}

extension UnixSocket {
  /// A stream is cut into messages of at most this.
  private static let pieceBytes = 32768

  // MARK: Sending

  /// Sends what there is room for; a datagram whole or not at all.
  /// - Throws: EAGAIN (a stream's transfer may have advanced), EPIPE, ENOTCONN, ECONNREFUSED, EMSGSIZE, ENOMEM, EFAULT.
  public func send(_ transfer: inout UserTransfer, _ details: SendDetails) throws(Errno) {
    let (target, sender) = try destination(details)
    if type == .stream {
      try sendStream(&transfer, details, target, sender)
    } else {
      guard transfer.remaining <= budget.limit - 32 else { throw .EMSGSIZE }
      try deliver(&transfer, transfer.remaining, details.files, details.credentials, target, sender)
    }
  }

  private func destination(_ details: SendDetails) throws(Errno) -> (UnixSocket, sender: [UInt8]) {
    state.acquire()
    defer { state.release() }
    if let error = pendingError, isConnectionOriented, peer == nil {
      pendingError = nil
      throw error == .ECONNRESET ? .EPIPE : error
    }
    if isWriteShut { throw .EPIPE }
    guard let target = details.target ?? peer else {
      throw isConnectionOriented && wasConnected ? .EPIPE : .ENOTCONN
    }
    return (target, name)
  }

  private func sendStream(
    _ transfer: inout UserTransfer, _ details: SendDetails, _ target: UnixSocket, _ sender: [UInt8]
  ) throws(Errno) {
    var files = transfer.transferred == 0 ? details.files : []
    while transfer.remaining > 0 {
      let count = min(transfer.remaining, Self.pieceBytes)
      try deliver(&transfer, count, files, details.credentials, target, sender)
      files = []
    }
  }

  private func deliver(
    _ transfer: inout UserTransfer, _ count: Int, _ files: [OpenFile], _ credentials: SocketCredentials,
    _ target: UnixSocket, _ sender: [UInt8]
  ) throws(Errno) {
    // A datagram that cannot be charged goes back to where it was.
    var attempt = transfer
    let message = try SocketMessage(&attempt, count: count, files: files, credentials, sender: sender, budget)
    let refusal: Errno? = target.state.withLock {
      if target.isClosed { return isConnectionOriented ? .EPIPE : .ECONNREFUSED }
      if target.isReadShut { return .EPIPE }
      if !isConnectionOriented, let other = target.peer, other !== self { return .EPERM }
      target.inbox.append(message)
      return nil
    }
    if let refusal { throw refusal }
    transfer = attempt
    target.readers.wakeAll()
  }

  // MARK: Receiving

  /// Takes what there is: bytes of a stream, or one message.
  /// - Throws: EAGAIN when nothing waits; ENOTCONN; ECONNRESET.
  public func receive(_ transfer: inout UserTransfer, _ flags: MessageFlags) throws(Errno) -> ReceiveDetails {
    var details = ReceiveDetails()
    let done: SocketMessage?
    if type == .stream {
      done = try receiveStream(&transfer, flags, &details)
    } else {
      done = try receiveMessage(&transfer, flags, &details)
    }
    _ = done
    return details
  }

  private func receiveStream(
    _ transfer: inout UserTransfer, _ flags: MessageFlags, _ details: inout ReceiveDetails
  ) throws(Errno) -> SocketMessage? {
    let isPeek = flags.contains(.peek)
    let before = transfer.transferred
    while transfer.remaining > 0 {
      // Emptied messages are dropped here, with no lock held.
      let step = state.withLock { takeFromStream(&transfer, isPeek, &details, isFirst: transfer.transferred == before) }
      if case .more = step { continue }
      if case .nothing(let isEnd) = step, transfer.transferred == before, !isEnd, !transfer.faulted {
        try checkReadable()
        throw .EAGAIN
      }
      break
    }
    return nil
  }

  private enum Step {
    /// A message was emptied.
    case more(SocketMessage)
    case stop
    case nothing(isEnd: Bool)
  }

  /// Lock held.
  private func takeFromStream(
    _ transfer: inout UserTransfer, _ isPeek: Bool, _ details: inout ReceiveDetails, isFirst: Bool
  ) -> Step {
    guard let message = inbox.first else { return .nothing(isEnd: isReadShut && pendingError == nil) }
    // Messages of different senders are not run together; nothing is added to one with descriptors.
    if !isFirst, passesCredentials, details.credentials != message.credentials { return .stop }
    details.credentials = message.credentials
    let hasFiles = !message.files.isEmpty
    if isPeek {
      details.files += hasFiles ? Self.counted(message.files) : []
      var next: SocketMessage? = message
      while let piece = next, transfer.remaining > 0 {
        _ = piece.copyOut(&transfer, from: piece.taken, isPeek: true)
        next = piece.files.isEmpty ? piece.next : nil
      }
      return .stop
    }
    if hasFiles { details.files += message.takeFiles() }
    inbox.noteTaken(message.copyOut(&transfer, from: message.taken, isPeek: false))
    guard message.remaining == 0, let emptied = inbox.popFirst() else { return .stop }
    return hasFiles ? .stop : .more(emptied)
  }

  private static func counted(_ files: [OpenFile]) -> [OpenFile] {
    for file in files { file.addDescriptor() }
    return files
  }

  private func receiveMessage(
    _ transfer: inout UserTransfer, _ flags: MessageFlags, _ details: inout ReceiveDetails
  ) throws(Errno) -> SocketMessage? {
    let isPeek = flags.contains(.peek)
    state.acquire()
    guard let message = inbox.first else {
      let isEnd = isReadShut && pendingError == nil
      state.release()
      if isEnd { return nil }
      try checkReadable()
      throw .EAGAIN
    }
    defer { state.release() }
    let copied = message.copyOut(&transfer, from: 0, isPeek: isPeek)
    details.length = message.count
    details.isTruncated = copied < message.count && !transfer.faulted
    details.credentials = message.credentials
    details.sender = message.sender
    if isPeek {
      details.files = Self.counted(message.files)
      return nil
    }
    details.files = message.takeFiles()
    return inbox.popFirst(taken: copied)
  }

  /// Why there is nothing, when it is not for want of a sender.
  private func checkReadable() throws(Errno) {
    state.acquire()
    defer { state.release() }
    if let error = pendingError {
      pendingError = nil
      throw error
    }
    if listening != nil { throw .EINVAL }
    if isConnectionOriented, !wasConnected { throw type == .stream ? .EINVAL : .ENOTCONN }
  }
}
