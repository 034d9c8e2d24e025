// The trace line of a running machine, over its unix socket: sends commands, decodes what comes.

import Foundation
import Glibc
import SystemPackage
import Testing
import TraceModel
import Tracer

final class TraceSocket {
  private let descriptor: Int32
  private(set) var model = TraceModel()

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Connects as soon as QEMU listens.
  static func connect(_ path: FilePath) async throws -> TraceSocket {
    for _ in 0..<1500 {
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.string.utf8) }
      let isConnected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
      }
      if isConnected { return TraceSocket(descriptor) }
      Glibc.close(descriptor)
      try await Task.sleep(for: .milliseconds(20))
    }
    throw SystemPackage.Errno.connectionRefused
  }

  func send(_ command: Command) throws {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = bytes.withUnsafeMutableBufferPointer { command.encode(into: $0.baseAddress!) }
    try sendRaw(Array(bytes[..<count]))
  }

  func sendRaw(_ bytes: [UInt8]) throws { try FileDescriptor(rawValue: descriptor).writeAll(bytes) }

  /// Reads until `condition` holds; records an issue after half a minute.
  func wait(for what: String, _ condition: (TraceModel) -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !condition(model) {
      guard ContinuousClock.now < end else {
        Issue.record("no \(what) within 30 s")
        return
      }
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 { model.feed(Array(buffer[..<count])) } else { try await Task.sleep(for: .milliseconds(5)) }
    }
  }

  func close() { Glibc.close(descriptor) }
}
