// Sockets without a CPU: what goes in comes out, in its order and with its borders; descriptors on their way are kept.

import LinuxABI
import Testing

@testable import KernelCore

extension KernelCoreTests {
  @Suite struct SocketTests {
    private let owner = SocketCredentials(pid: 5, uid: 0, gid: 0)

    init() { Machine.start() }

    private func send(_ text: String, on socket: UnixSocket, files: [OpenFile] = []) throws {
      var details = SendDetails(credentials: owner)
      details.files = files
      var bytes = Array(text.utf8)
      try bytes.withUnsafeMutableBytes { buffer in
        var transfer = UserTransfer(kernel: try #require(buffer.baseAddress), count: buffer.count)
        try socket.send(&transfer, details)
      }
    }

    private func receive(
      _ socket: UnixSocket, _ count: Int = 100, _ flags: MessageFlags = []
    ) throws -> (text: String, details: ReceiveDetails) {
      var bytes = [UInt8](repeating: 0, count: count)
      var details = ReceiveDetails()
      let moved = try bytes.withUnsafeMutableBytes { buffer in
        var transfer = UserTransfer(kernel: buffer.baseAddress!, count: count)
        details = try socket.receive(&transfer, flags)
        return transfer.transferred
      }
      return (String(decoding: bytes[..<moved], as: UTF8.self), details)
    }

    private func pair(_ type: SocketType) -> (UnixSocket, UnixSocket) {
      let (first, second) = UnixSocket.pair(type, [], owner)
      first.addDescriptor()
      second.addDescriptor()
      return (first, second)
    }

    @Test func aStreamIsBytes() throws {
      let (first, second) = pair(.stream)
      try send("one", on: first)
      try send("two", on: first)
      #expect(try receive(second, 4, .peek).text == "onet")
      #expect(try receive(second, 4).text == "onet")
      #expect(try receive(second).text == "wo")
      #expect(errno { _ = try receive(second) } == .EAGAIN)
      try first.shutDown(read: false, write: true)
      #expect(try receive(second).text == "")
      #expect(errno { try send("x", on: first) } == .EPIPE)
      first.dropDescriptor()
      #expect(errno { try send("x", on: second) } == .EPIPE)
      second.dropDescriptor()
    }

    @Test func packetsKeepTheirBorders() throws {
      let (first, second) = pair(.sequentialPacket)
      try send("packet", on: first)
      try send("next", on: first)
      let cut = try receive(second, 3)
      #expect(cut.text == "pac" && cut.details.isTruncated && cut.details.length == 6)
      #expect(try receive(second).text == "next")
      first.dropDescriptor()
      second.dropDescriptor()
    }

    @Test func descriptorsOnTheirWayAreKept() throws {
      let (first, second) = pair(.stream)
      let file = EventFile(count: 1, isSemaphore: false, flags: [])
      file.addDescriptor()
      try send("with", on: first, files: [file])
      file.dropDescriptor()
      #expect(file.hasDescriptors)
      let got = try receive(second)
      #expect(got.details.files.count == 1 && got.details.files[0] === file)
      file.dropDescriptor()
      #expect(!file.hasDescriptors)
      file.addDescriptor()
      try send("lost", on: first, files: [file])
      file.dropDescriptor()
      first.dropDescriptor()
      second.dropDescriptor()
      #expect(!file.hasDescriptors)
    }

    @Test func aSenderHasABudget() throws {
      let (first, second) = pair(.datagram)
      var sent = 0
      let piece = String(repeating: "x", count: 1000)
      while errno({ try send(piece, on: first) }, isExpected: false) == nil { sent += 1 }
      #expect(sent > 100 && sent < 300)
      #expect(!first.poll().contains(.out))
      for _ in 0..<sent { _ = try receive(second, 2000) }
      #expect(first.poll().contains(.out))
      first.dropDescriptor()
      second.dropDescriptor()
    }

    /// The error of `body`, if any, without being surprised by none.
    private func errno(_ body: () throws -> Void, isExpected: Bool = true) -> LinuxABI.Errno? {
      do {
        try body()
        return nil
      } catch { return error as? LinuxABI.Errno }
    }

    @Test func aConnectionWaitsToBeAccepted() throws {
      let (server, client, late) = (UnixSocket(.stream, []), UnixSocket(.stream, []), UnixSocket(.stream, []))
      for socket in [server, client, late] { socket.addDescriptor() }
      try server.bind([0, 65], nil)
      #expect(errno { try client.bind([0, 65], nil) } == .EADDRINUSE)
      #expect(errno { try client.connect(to: server, owner) } == .ECONNREFUSED)
      try server.listen(backlog: 0, owner)
      try client.connect(to: server, owner)
      #expect(errno { try late.connect(to: server, owner) } == .EAGAIN)
      try send("early", on: client)
      let accepted = try server.accept([])
      accepted.addDescriptor()
      #expect(try receive(accepted).text == "early")
      #expect(try client.peerName() == [0, 65])
      #expect(errno { _ = try server.accept([]) } == .EAGAIN)
      server.dropDescriptor()
      #expect(SocketNames.find(abstract: [0, 65]) == nil)
      for socket in [client, late, accepted] { socket.dropDescriptor() }
    }
  }
}
