// Connecting stream sockets, whose descriptors do not block, and listening on loopback.

import Glibc
import Recordings

enum Socket {
  static func connect(unix path: String) throws -> Int32 {
    guard let descriptor = tryConnect(unix: path) else {
      let status: ToolError.Kind = errno == ENOENT ? .noInput : .unavailable
      throw ToolError.ofErrno(status, "cannot connect to \(path)")
    }
    return descriptor
  }

  /// Nil when nobody listens there; errno says why.
  static func tryConnect(unix path: String) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
      errno = ENAMETOOLONG
      return nil
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    return connect(to: address, family: AF_UNIX)
  }

  static func connect(loopback port: UInt16, isVersion6: Bool) throws -> Int32 {
    let descriptor =
      isVersion6 ? connect(to: version6(port), family: AF_INET6) : connect(to: version4(port), family: AF_INET)
    guard let descriptor else { throw ToolError.ofErrno(.unavailable, "cannot connect to loopback port \(port)") }
    return descriptor
  }

  /// Listens on a port of this machine that is not seen from outside; 0 takes a free one. Does not block.
  static func listen(loopback port: UInt16, isVersion6: Bool) throws -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK
    let descriptor = socket(isVersion6 ? AF_INET6 : AF_INET, type, 0)
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    let isBound = isVersion6 ? bind(descriptor, to: version6(port)) : bind(descriptor, to: version4(port))
    guard descriptor >= 0, isBound, Glibc.listen(descriptor, 16) == 0 else {
      let reason = errno
      close(descriptor)
      errno = reason
      throw ToolError.ofErrno(.unavailable, "cannot listen on loopback port \(port)")
    }
    return descriptor
  }

  /// The port that a socket has; nil for none.
  static func port(of descriptor: Int32) -> UInt16? {
    var address = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafeMutableBytes(of: &address) {
      getsockname(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
    }
    // The port is at the same place in both versions.
    return result == 0 ? UInt16(bigEndian: address.sin6_port) : nil
  }

  /// Reads and writes give up after so many seconds.
  static func limitWaiting(_ descriptor: Int32, seconds: Int) {
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  /// Sends what the other side takes until a deadline, by `Clock`.
  static func send(_ bytes: [UInt8], to descriptor: Int32, until deadline: Double) {
    var start = 0
    while start < bytes.count, Clock.seconds() < deadline {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + start, bytes.count - start, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 || errno == EINTR else { return }
      start += max(0, count)
    }
  }

  private static func bind<Address>(_ descriptor: Int32, to address: Address) -> Bool {
    withUnsafeBytes(of: address) {
      Glibc.bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) == 0
    }
  }

  private static func version4(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private static func version6(_ port: UInt16) -> sockaddr_in6 {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    address.sin6_addr = in6addr_loopback
    return address
  }

  private static func connect<Address>(to address: Address, family: Int32) -> Int32? {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return nil }
    let result = withUnsafeBytes(of: address) {
      Glibc.connect(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
    guard result == 0 else {
      let reason = errno
      close(descriptor)
      errno = reason
      return nil
    }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
  }
}
