// A kernel's end of a trace line: listens on a socket, sends a stream to who connects, and keeps what it is asked.
import Glibc

final class FakeKernel: @unchecked Sendable {
  private let listener: Int32
  private var reader: Int32 = -1

  // A process that another test starts meanwhile does not keep the line open.
  private static let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

  init(unix path: String) {
    listener = socket(AF_UNIX, Self.kind, 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    bind(listener, to: address)
  }

  /// Listens on loopback; returns the port by `port`.
  init() {
    listener = socket(AF_INET, Self.kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    bind(listener, to: address)
  }

  deinit {
    close(listener)
    close(reader)
  }

  var port: UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &address) {
      _ = getsockname(listener, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Waits for a reader.
  func accept() {
    reader = Glibc.accept(listener, nil, nil)
    _ = fcntl(reader, F_SETFD, FD_CLOEXEC)
  }

  func send(_ bytes: [UInt8]) {
    var start = 0
    while start < bytes.count {
      let count = Glibc.send(reader, Array(bytes[start...]), bytes.count - start, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return }
      start += count
    }
  }

  /// What the reader has sent, waiting for it.
  func receive() -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(reader, &buffer, buffer.count)
    return Array(buffer[..<max(0, count)])
  }

  func hangUp() {
    close(reader)
    reader = -1
  }

  private func bind<Address>(_ socket: Int32, to address: Address) {
    let result = withUnsafeBytes(of: address) {
      Glibc.bind(socket, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
    precondition(result == 0 && listen(socket, 1) == 0)
  }
}
