// One lasting connection to a GDB stub, as QEMU's `-gdb tcp:…` opens one.
//
// Not for several threads. While the machine runs, the first byte sent stops it; what follows that byte is obeyed, so
// a stop and all questions travel in one piece.
import Glibc
import Recordings

public final class StubConnection {
  private let socket: Int32
  private var reader = PacketReader()
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private let name: String
  /// Longest silence before the stub is given up, milliseconds.
  private static let patience: Int32 = 5_000

  /// Connects to `HOST:PORT`, a port of this host, or the path of a unix socket. Throws `unavailable` when nobody
  /// answers.
  public init(_ endpoint: String) throws(ToolError) {
    name = endpoint
    socket = endpoint.contains("/") ? try Self.unix(endpoint) : try Self.tcp(endpoint)
    try send(["QStartNoAckMode"])
    var answer = try receive()
    // A machine that the connection itself has stopped says so first.
    while let first = answer.first, "TS".utf8.contains(first) { answer = try receive() }
    // QEMU before 8 knows no such mode; it takes the next packet for the acknowledgement of its last one.
    guard answer == Array("OK".utf8) || answer.isEmpty else { throw failure("it does not speak GDB's protocol") }
    if !answer.isEmpty { try sendBytes(Array("+".utf8)) }
  }

  deinit { close(socket) }

  /// Sends packets in one piece; `interrupting` stops a machine that runs, first.
  public func send(_ packets: [String], interrupting: Bool = false) throws(ToolError) {
    try sendBytes(packets.reduce(into: interrupting ? [3] : []) { $0 += PacketCodec.encode($1) })
  }

  /// The next packet.
  public func receive() throws(ToolError) -> [UInt8] {
    while true {
      if let packet = reader.next() { return packet }
      var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      let ready = poll(&wait, 1, Self.patience)
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0 else { throw failure("no answer for \(Self.patience / 1000) s") }
      let count = read(socket, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure("the machine has ended") }
      buffer.withUnsafeBytes { reader.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }

  /// The answer to one packet, to a stopped machine.
  public func ask(_ packet: String) throws(ToolError) -> [UInt8] {
    try send([packet])
    return try receive()
  }

  /// What QEMU's monitor prints for a command.
  public func monitor(_ command: String) throws(ToolError) -> String {
    let digits = command.utf8.map { String(UInt32($0) + 0x100, radix: 16).dropFirst() }.joined()
    try send(["qRcmd," + digits])
    var text: [UInt8] = []
    while case let packet = try receive(), packet.first == UInt8(ascii: "O"), packet != Array("OK".utf8) {
      text += PacketCodec.bytes(hexadecimal: packet[1...]) ?? []
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func sendBytes(_ bytes: [UInt8]) throws(ToolError) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure("the machine has ended") }
      sent += count
    }
  }

  private func failure(_ reason: String) -> ToolError { ToolError(.unavailable, "GDB stub at \(name): \(reason)") }

  private static func tcp(_ endpoint: String) throws(ToolError) -> Int32 {
    let parts = endpoint.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let host = parts.count == 2 && !parts[0].isEmpty ? parts[0] : "127.0.0.1"
    guard parts.count <= 2, let port = parts.last, UInt16(port) != nil else {
      throw ToolError(.usage, "\(endpoint) is no HOST:PORT")
    }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, port, &hints, &found) == 0 else { throw ToolError(.unavailable, "no host \(host)") }
    defer { freeaddrinfo(found) }
    var next = found
    while let address = next?.pointee {
      let descriptor = Glibc.socket(address.ai_family, address.ai_socktype, address.ai_protocol)
      if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 {
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
      }
      close(descriptor)
      next = address.ai_next
    }
    throw ToolError(.unavailable, "GDB stub at \(endpoint): \(String(cString: strerror(errno)))")
  }

  private static func unix(_ path: String) throws(ToolError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw ToolError(.usage, "\(path) is too long for a socket")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      close(descriptor)
      throw ToolError(.unavailable, "GDB stub at \(path): \(String(cString: strerror(errno)))")
    }
    return descriptor
  }
}
