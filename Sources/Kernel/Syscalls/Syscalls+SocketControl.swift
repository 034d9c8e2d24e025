// Control data of messages (cmsg(3), unix(7)): descriptors and credentials.

import KernelCore
import LinuxABI

extension Syscalls {
  private static let headerBytes = UInt64(MemoryLayout<ControlHeader>.size)
  private static let maximumControl: UInt64 = 20480

  /// - Throws: EINVAL for a malformed list; EBADF; EPERM for credentials that are not the caller's; ETOOMANYREFS.
  static func readControl(
    _ caller: Thread, _ message: MessageHeader, _ details: inout SendDetails
  ) throws(Errno) {
    guard message.controlLength <= maximumControl else { throw .ENOBUFS }
    var offset: UInt64 = 0
    while offset + headerBytes <= message.controlLength {
      let place = UInt(message.control &+ offset)
      let header = try UserPointer<ControlHeader>(place).load()
      guard header.length >= headerBytes, header.length <= message.controlLength - offset else { throw .EINVAL }
      if header.level == SocketOption.level {
        try readControl(caller, header, place + UInt(headerBytes), &details)
      }
      offset += (header.length + 7) & ~7
    }
  }

  private static func readControl(
    _ caller: Thread, _ header: ControlHeader, _ data: UInt, _ details: inout SendDetails
  ) throws(Errno) {
    let count = header.length - headerBytes
    switch header.type {
    case ControlHeader.rights:
      guard count / 4 + UInt64(details.files.count) <= UInt64(ControlHeader.maximumFiles) else { throw .EINVAL }
      for index in 0..<Int(count / 4) {
        let descriptor = try UserPointer<Int32>(data).advanced(by: index).load()
        details.files.append(try caller.process.files.retained(descriptor))
      }
    case ControlHeader.credentials:
      guard count == 12 else { throw .EINVAL }
      let claimed = try UserPointer<SocketCredentials>(data).load()
      let mine = caller.process.credentials!
      let isMine =
        claimed.pid == caller.process.pid && [mine.uid, mine.euid, mine.suid].contains(claimed.uid)
        && [mine.gid, mine.egid, mine.sgid].contains(claimed.gid)
      guard isMine || mine.euid == 0 else { throw .EPERM }
      details.credentials = claimed
    default: throw .EINVAL
    }
  }

  /// Installs descriptors and writes what came along. Returns the bytes of control data; what finds no room is dropped,
  /// which the flags tell.
  static func writeControl(
    _ caller: Thread, _ socket: UnixSocket, _ message: MessageHeader, _ details: ReceiveDetails,
    _ wanted: MessageFlags, _ flags: inout MessageFlags
  ) throws(Errno) -> UInt64 {
    var writer = ControlWriter(place: message.control, room: message.controlLength)
    if socket.passesCredentials {
      var credentials = details.credentials ?? .none
      if details.credentials == nil { credentials.uid = 65534 }
      let isWhole = try withUnsafeBytes(of: credentials) { (raw) throws(Errno) in
        try writer.add(ControlHeader.credentials, raw)
      }
      if !isWhole { flags.insert(.controlTruncated) }
    }
    if !details.files.isEmpty { try install(caller, details.files, &writer, wanted, &flags) }
    return writer.used
  }

  private static func install(
    _ caller: Thread, _ files: [OpenFile], _ writer: inout ControlWriter, _ wanted: MessageFlags,
    _ flags: inout MessageFlags
  ) throws(Errno) {
    defer { for file in files { file.dropDescriptor() } }
    let limit = writer.room < headerBytes + 4 ? 0 : Int((writer.room - headerBytes) / 4)
    var numbers: [Int32] = []
    for file in files.prefix(limit) {
      guard let number = try? caller.process.files.install(file, closeOnExec: wanted.contains(.closeOnExec)) else {
        break
      }
      numbers.append(number)
    }
    if numbers.count < files.count { flags.insert(.controlTruncated) }
    if !numbers.isEmpty {
      _ = try numbers.withUnsafeBufferPointer { (buffer) throws(Errno) in
        try writer.add(ControlHeader.rights, UnsafeRawBufferPointer(buffer))
      }
    }
  }
}

/// Writes control messages one after another.
private struct ControlWriter {
  private var place: UInt64
  private(set) var room: UInt64
  private(set) var used: UInt64 = 0

  init(place: UInt64, room: UInt64) {
    self.place = place
    self.room = place == 0 ? 0 : room
  }

  /// False when it was cut, or found no room at all.
  mutating func add(_ type: Int32, _ data: UnsafeRawBufferPointer) throws(Errno) -> Bool {
    guard room >= 16 else { return false }
    let length = min(16 + UInt64(data.count), room)
    try UserPointer<ControlHeader>(UInt(place)).store(
      ControlHeader(length: length, level: SocketOption.level, type: type))
    if let base = data.baseAddress { try UserMemory.copyOut(base, to: UInt(place &+ 16), count: Int(length - 16)) }
    let padded = min((length + 7) & ~7, room)
    place &+= padded
    used += padded
    room -= padded
    return length == 16 + UInt64(data.count)
  }
}

extension Thread {
  /// What goes with a message unless the sender says otherwise: real ids.
  var messageCredentials: SocketCredentials {
    let credentials = process.credentials!
    return SocketCredentials(pid: process.pid, uid: credentials.uid, gid: credentials.gid)
  }
}
