// Answers GET /metrics over HTTP/1.1 on loopback, one request a connection, one connection at a time. Whoever is slow is
// left after a second: a trace goes on meanwhile.

import ArgumentParser
import Glibc
import Recordings

final class MetricsServer {
  /// A port of this machine that is not seen from outside.
  struct Address: Equatable, CustomStringConvertible {
    var port: UInt16
    var isVersion6: Bool

    init(port: UInt16, isVersion6: Bool) {
      self.port = port
      self.isVersion6 = isVersion6
    }

    /// Parses `HOST:PORT` or `PORT`.
    init(parsing text: String) throws {
      let colon = text.lastIndex(of: ":")
      let host = colon.map { String(text[..<$0]) } ?? ""
      guard let port = UInt16(colon.map { String(text[text.index(after: $0)...]) } ?? text) else {
        throw ValidationError("'\(text)' is not 127.0.0.1:PORT")
      }
      switch host {
      case "", "127.0.0.1", "localhost": self.init(port: port, isVersion6: false)
      case "::1", "[::1]": self.init(port: port, isVersion6: true)
      default: throw ValidationError("only loopback is allowed: 127.0.0.1:PORT (use ssh -L for other machines)")
      }
    }

    var description: String { (isVersion6 ? "[::1]" : "127.0.0.1") + ":\(port)" }
  }

  let descriptor: Int32
  private(set) var address: Address
  private static let requestLimit = 8192

  init(_ address: Address) throws {
    self.address = address
    descriptor = try Socket.listen(loopback: address.port, isVersion6: address.isVersion6)
    self.address.port = Socket.port(of: descriptor) ?? address.port
  }

  deinit { close(descriptor) }

  /// Takes the connections that wait.
  func answer(_ metrics: () -> String) {
    while true {
      let client = accept(descriptor, nil, nil)
      guard client >= 0 else { return }
      defer { close(client) }
      Socket.limitWaiting(client, seconds: 1)
      guard let line = Self.request(client) else { continue }
      Socket.send(Self.response(to: line, metrics), to: client, until: Clock.seconds() + 1)
    }
  }

  // The first line of a request that is whole; nil for what is none.
  private static func request(_ client: Int32) -> [Substring]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 2048)
    let deadline = Clock.seconds() + 1
    while bytes.count < requestLimit, Clock.seconds() < deadline {
      let count = read(client, &piece, piece.count)
      guard count > 0 else { return nil }
      bytes += piece[..<count]
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains("\r\n\r\n") || text.contains("\n\n") {
        return text.split(whereSeparator: \.isNewline).first?.split(separator: " ")
      }
    }
    return nil
  }

  private static func response(to line: [Substring], _ metrics: () -> String) -> [UInt8] {
    guard line.count == 3, line[2].hasPrefix("HTTP/1.") else { return response("400 Bad Request", "no HTTP\n") }
    guard line[0] == "GET" || line[0] == "HEAD" else { return response("405 Method Not Allowed", "GET only\n") }
    let path = line[1].prefix { $0 != "?" }
    guard path == "/metrics" else { return response("404 Not Found", "there is /metrics\n") }
    return response("200 OK", metrics(), type: MetricsReport.contentType, withoutBody: line[0] == "HEAD")
  }

  private static func response(
    _ status: String, _ body: String, type: String = "text/plain; charset=utf-8", withoutBody: Bool = false
  ) -> [UInt8] {
    let head =
      "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
    return Array(head.utf8) + (withoutBody ? [] : Array(body.utf8))
  }
}
