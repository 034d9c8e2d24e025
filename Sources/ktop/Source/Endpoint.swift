// Where a trace can come from, as the command line names it.

import ArgumentParser
import Glibc
import Recordings

enum Endpoint: Equatable {
  case unix(String)
  case tcp(port: UInt16, isVersion6: Bool)
  /// A path of any kind: what it is shows when it is opened.
  case path(String)

  /// Parses `PATH`, `unix:PATH` or `tcp:HOST:PORT`.
  init(parsing text: String) throws {
    if let path = Self.rest(of: text, after: "unix:") {
      self = .unix(path)
    } else if let address = Self.rest(of: text, after: "tcp:") {
      self = try Self.tcp(parsing: address)
    } else {
      guard !text.isEmpty else { throw ValidationError("an endpoint is PATH, unix:PATH or tcp:HOST:PORT") }
      self = .path(text)
    }
  }

  var label: String {
    switch self {
    case .unix(let path), .path(let path): return path
    case .tcp(let port, let isVersion6): return "tcp:\(isVersion6 ? "[::1]" : "127.0.0.1"):\(port)"
    }
  }

  func open() throws -> ByteSource {
    switch self {
    case .unix(let path): return Self.line(try Socket.connect(unix: path), label)
    case .tcp(let port, let isVersion6):
      return Self.line(try Socket.connect(loopback: port, isVersion6: isVersion6), label)
    case .path(let path): return try Self.open(path: path)
    }
  }

  private static func rest(of text: String, after prefix: String) -> String? {
    text.hasPrefix(prefix) && text.count > prefix.count ? String(text.dropFirst(prefix.count)) : nil
  }

  // A trace tells everything about a machine, so it is not fetched over networks; ssh can forward a port.
  private static func tcp(parsing address: String) throws -> Endpoint {
    guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]) else {
      throw ValidationError("'tcp:\(address)' is not tcp:HOST:PORT")
    }
    switch address[..<colon] {
    case "localhost", "127.0.0.1", "": return .tcp(port: port, isVersion6: false)
    case "::1", "[::1]": return .tcp(port: port, isVersion6: true)
    default: throw ValidationError("only loopback is allowed: tcp:localhost:PORT (use ssh -L for other machines)")
    }
  }

  private static func open(path: String) throws -> ByteSource {
    var status = stat()
    if FIFOPair.exists(path) { return try FIFOPair.open(path, label: path) }
    guard stat(path, &status) == 0 else { throw ToolError.ofErrno(.noInput, "cannot open \(path)") }
    switch status.st_mode & S_IFMT {
    case S_IFSOCK: return line(try Socket.connect(unix: path), path)
    case S_IFIFO:
      return LineSource(try openFile(path, O_RDONLY | O_NONBLOCK), commands: nil, label: path, isFIFO: true)
    case S_IFCHR: return line(try openTerminal(path), path)
    case S_IFREG: return FileSource(try openFile(path, O_RDONLY), label: path, follows: true)
    default: throw ToolError(.noInput, "\(path) is no socket, terminal, FIFO or file")
    }
  }

  // Commands go back where the trace comes from.
  private static func line(_ descriptor: Int32, _ label: String) -> LineSource {
    LineSource(descriptor, commands: descriptor, label: label)
  }

  static func openFile(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw ToolError.ofErrno(.noInput, "cannot open \(path)") }
    return descriptor
  }

  // A terminal would edit and echo what passes.
  private static func openTerminal(_ path: String) throws -> Int32 {
    let descriptor = try openFile(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
    var settings = termios()
    if tcgetattr(descriptor, &settings) == 0 {
      cfmakeraw(&settings)
      tcsetattr(descriptor, TCSANOW, &settings)
    }
    return descriptor
  }
}
