// Connecting stream sockets; the descriptors do not block.

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
