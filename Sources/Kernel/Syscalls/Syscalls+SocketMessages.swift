// Sending and receiving on sockets: sendto(2), recvfrom(2), sendmsg(2), recvmsg(2), sendmmsg(2), recvmmsg(2).

import KernelCore
import LinuxABI

extension Syscalls {
  // MARK: Sending

  static func sendto(
    _ caller: Thread, _ descriptor: Int32, _ buffer: UInt, _ count: Int, _ flags: UInt32, _ address: UInt,
    _ length: UInt32
  ) throws(Errno) -> Int {
    let socket = try socketFile(caller, descriptor)
    var transfer = try UserTransfer(buffer, count: count)
    var details = SendDetails(credentials: caller.messageCredentials)
    if address != 0 { details.target = try target(caller, socket, address, length) }
    return try send(caller, socket, &transfer, details, MessageFlags(rawValue: flags))
  }

  static func sendmsg(
    _ caller: Thread, _ descriptor: Int32, _ header: UserPointer<MessageHeader>, _ flags: UInt32
  ) throws(Errno) -> Int {
    let socket = try socketFile(caller, descriptor)
    let message = try header.load()
    var details = SendDetails(credentials: caller.messageCredentials)
    if message.name != 0, message.nameLength > 0 {
      details.target = try target(caller, socket, UInt(message.name), message.nameLength)
    }
    if message.controlLength > 0 { try readControl(caller, message, &details) }
    guard message.vectorCount <= UInt64(Iovec.maximumCount) else { throw .EMSGSIZE }
    return try withSegments(UInt(message.vectors), Int(message.vectorCount)) { (transfer) throws(Errno) in
      try send(caller, socket, &transfer, details, MessageFlags(rawValue: flags))
    }
  }

  /// Stops at the first message that fails; the error is reported only when it is the first of all.
  static func sendmmsg(
    _ caller: Thread, _ descriptor: Int32, _ headers: UInt, _ count: UInt32, _ flags: UInt32
  ) throws(Errno) -> Int {
    var done = 0
    while done < min(Int(count), Iovec.maximumCount) {
      let place = headers &+ UInt(done) * MessageHeader.multipleStride
      do throws(Errno) {
        let sent = try sendmsg(caller, descriptor, UserPointer(place), flags)
        try UserPointer<UInt32>(place &+ 56).store(UInt32(sent))
      } catch {
        guard done > 0 else { throw error }
        break
      }
      done += 1
    }
    return done
  }

  private static func target(
    _ caller: Thread, _ socket: UnixSocket, _ address: UInt, _ length: UInt32
  ) throws(Errno) -> UnixSocket? {
    guard socket.type == .datagram else {
      if socket.type == .sequentialPacket { return nil }
      throw (try? socket.peerName()) != nil ? .EISCONN : .EOPNOTSUPP
    }
    let target = try findSocket(caller, try socketPath(address, length))
    guard target.type == socket.type else { throw .EPROTOTYPE }
    return target
  }

  private static func send(
    _ caller: Thread, _ socket: UnixSocket, _ transfer: inout UserTransfer, _ details: SendDetails,
    _ flags: MessageFlags
  ) throws(Errno) -> Int {
    guard !flags.contains(.outOfBand) else { throw .EOPNOTSUPP }
    let isPatient = !flags.contains(.dontWait) && !socket.flags.contains(.nonBlocking)
    let deadline = deadline(socket.sendTimeout)
    var failure: Errno
    do throws(Errno) {
      try socket.send(&transfer, details)
      return try transfer.result()
    } catch { failure = error }
    while failure == .EAGAIN, isPatient, let queue = socket.writeQueue {
      do throws(Errno) {
        let isDone = try caller.sleep(on: queue, deadline: deadline) { () throws(Errno) -> Bool? in
          let before = transfer.transferred
          do throws(Errno) {
            try socket.send(&transfer, details)
            return true
          } catch {
            guard error == .EAGAIN else { throw error }
            return transfer.transferred > before ? false : nil
          }
        }
        if isDone { return try transfer.result() }
        try caller.breathe()
      } catch {
        failure = error == .ETIMEDOUT ? .EAGAIN : error
        break
      }
    }
    if transfer.transferred > 0 { return transfer.transferred }
    if failure == .EPIPE, !flags.contains(.noSignal), socket.type != .datagram { caller.raise(SignalNumber.pipe) }
    throw failure
  }

  // MARK: Receiving

  static func recvfrom(
    _ caller: Thread, _ descriptor: Int32, _ buffer: UInt, _ count: Int, _ flags: UInt32, _ address: UInt,
    _ length: UserPointer<UInt32>
  ) throws(Errno) -> Int {
    let socket = try socketFile(caller, descriptor)
    let flags = MessageFlags(rawValue: flags)
    var transfer = try UserTransfer(buffer, count: count)
    let details = try receive(caller, socket, &transfer, flags)
    for file in details.files { file.dropDescriptor() }
    if address != 0 { try storeName(details.sender ?? [], address, length, isKnown: details.sender != nil) }
    return flags.contains(.truncated) && socket.type != .stream ? details.length : try transfer.result()
  }

  /// A stream has no sender's name: the length becomes 0.
  private static func storeName(
    _ name: [UInt8], _ address: UInt, _ length: UserPointer<UInt32>, isKnown: Bool
  ) throws(Errno) {
    guard isKnown, !name.isEmpty else { return try length.store(0) }
    try storeName(name, address, length)
  }

  static func recvmsg(
    _ caller: Thread, _ descriptor: Int32, _ header: UserPointer<MessageHeader>, _ flags: UInt32
  ) throws(Errno) -> Int {
    let socket = try socketFile(caller, descriptor)
    let message = try header.load()
    guard message.vectorCount <= UInt64(Iovec.maximumCount) else { throw .EMSGSIZE }
    let wanted = MessageFlags(rawValue: flags)
    return try withSegments(UInt(message.vectors), Int(message.vectorCount)) { (transfer) throws(Errno) in
      let details = try receive(caller, socket, &transfer, wanted)
      var result = wanted.intersection(.closeOnExec)
      if details.isTruncated { result.insert(.truncated) }
      if socket.type == .sequentialPacket, transfer.transferred > 0 { result.insert(.endOfRecord) }
      let control = try writeControl(caller, socket, message, details, wanted, &result)
      try store(message, header, details, control, result)
      return wanted.contains(.truncated) && socket.type != .stream ? details.length : try transfer.result()
    }
  }

  private static func store(
    _ message: MessageHeader, _ header: UserPointer<MessageHeader>, _ details: ReceiveDetails, _ control: UInt64,
    _ flags: MessageFlags
  ) throws(Errno) {
    if message.name != 0 {
      var length: UInt32 = 0
      if let sender = details.sender, !sender.isEmpty {
        length = try storeName(sender, UInt(message.name), room: Int(Int32(bitPattern: message.nameLength)))
      }
      try UserPointer<UInt32>(header.address + MessageHeader.nameLengthOffset).store(length)
    }
    try UserPointer<UInt64>(header.address + MessageHeader.controlLengthOffset).store(control)
    try UserPointer<UInt32>(header.address + MessageHeader.flagsOffset).store(flags.rawValue)
  }

  /// The time-out is looked at after each message, as on Linux.
  static func recvmmsg(
    _ caller: Thread, _ descriptor: Int32, _ headers: UInt, _ count: UInt32, _ flags: UInt32,
    _ timeout: UserPointer<Timespec>
  ) throws(Errno) -> Int {
    var wanted = MessageFlags(rawValue: flags)
    var deadline: UInt64? = nil
    if !timeout.isNull {
      guard let time = try timeout.load().duration else { throw .EINVAL }
      deadline = Clock.monotonic().addingSaturated(time)
    }
    let waitsOnce = wanted.contains(.waitForOne)
    wanted.remove(.waitForOne)
    var done = 0
    while done < min(Int(count), Iovec.maximumCount) {
      let place = headers &+ UInt(done) * MessageHeader.multipleStride
      do throws(Errno) {
        let received = try recvmsg(caller, descriptor, UserPointer(place), wanted.rawValue)
        try UserPointer<UInt32>(place &+ 56).store(UInt32(received))
      } catch {
        guard done > 0 else { throw error }
        break
      }
      done += 1
      if waitsOnce { wanted.insert(.dontWait) }
      if let deadline, Clock.monotonic() >= deadline { break }
    }
    return done
  }

  private static func receive(
    _ caller: Thread, _ socket: UnixSocket, _ transfer: inout UserTransfer, _ flags: MessageFlags
  ) throws(Errno) -> ReceiveDetails {
    guard !flags.contains(.outOfBand) else { throw .EOPNOTSUPP }
    let isPatient = !flags.contains(.dontWait) && !socket.flags.contains(.nonBlocking)
    let deadline = deadline(socket.receiveTimeout)
    var all = try receiveFirst(caller, socket, &transfer, flags, isPatient, deadline)
    guard flags.contains(.waitAll), socket.type == .stream, isPatient, !flags.contains(.peek) else { return all }
    while transfer.remaining > 0, !transfer.faulted, all.files.isEmpty {
      let before = transfer.transferred
      do throws(Errno) {
        let more = try receiveFirst(caller, socket, &transfer, flags, isPatient, deadline)
        all.files += more.files
      } catch { break }
      if transfer.transferred == before { break }
    }
    return all
  }

  private static func receiveFirst(
    _ caller: Thread, _ socket: UnixSocket, _ transfer: inout UserTransfer, _ flags: MessageFlags, _ isPatient: Bool,
    _ deadline: UInt64?
  ) throws(Errno) -> ReceiveDetails {
    do throws(Errno) { return try socket.receive(&transfer, flags) } catch {
      guard error == .EAGAIN, isPatient else { throw error }
    }
    return try timed { () throws(Errno) in
      try caller.sleep(on: socket.readQueue!, deadline: deadline) { () throws(Errno) -> ReceiveDetails? in
        do throws(Errno) { return try socket.receive(&transfer, flags) } catch {
          guard error == .EAGAIN else { throw error }
          return nil
        }
      }
    }
  }
}
