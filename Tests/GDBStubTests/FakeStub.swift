// A stub as QEMU's is: answers on a unix socket, for two CPUs with the same small stack, one of them in user mode.
import Foundation

final class FakeStub: @unchecked Sendable {
  let path = NSTemporaryDirectory() + "stub-\(UUID().uuidString.prefix(8))"
  static let stackAddress: UInt64 = 0xffff_8000_0000_0f80
  static let leaf: UInt64 = 0xffff_ffff_8100_0005
  /// From the stack's beginning on: the frame of the leaf, and the frame above with the last return address.
  private static let stack: [UInt64] = [stackAddress &+ 16, 0xffff_ffff_8100_0105, 0, 0xffff_ffff_8100_0205]

  /// Answers so many stops, then says that the machine has ended.
  private let stops: Int
  private let listener: Int32
  private let lock = NSLock()
  private var state = (isRunning: false, stops: 0)

  /// Whether the machine runs now.
  var isRunning: Bool { lock.withLock { state.isRunning } }
  var stopCount: Int { lock.withLock { state.stops } }

  init(stops: Int = .max) {
    self.stops = stops
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    listen(listener, 1)
    Thread { self.serve() }.start()
  }

  deinit { unlink(path) }

  private func serve() {
    let line = accept(listener, nil, nil)
    close(listener)
    defer { close(line) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(line, &buffer, buffer.count), count > 0 {
      for byte in buffer[..<count] {
        if isRunning {
          // The byte that stops it is not looked at.
          lock.withLock { state = (false, state.stops + 1) }
          if stopCount > stops { return say("W00", line) }
          say("T02thread:01;", line)
          continue
        }
        bytes.append(byte)
        guard bytes.count >= 3, bytes[bytes.count - 3] == UInt8(ascii: "#") else { continue }
        let packet = String(decoding: bytes.drop { $0 != UInt8(ascii: "$") }.dropFirst().dropLast(3), as: UTF8.self)
        bytes = []
        answer(packet, line)
      }
    }
  }

  private var cpu = 1

  private func answer(_ packet: String, _ line: Int32) {
    switch packet {
    case "QStartNoAckMode":
      say("T05thread:01;", line)  // QEMU stops at the connection, and says so first.
      say("", line)
    case "?": say("T05thread:01;", line)
    case "qfThreadInfo": say("m01,02", line)
    case "qsThreadInfo": say("l", line)
    case "c": lock.withLock { state.isRunning = true }
    case "g": say(registers(), line)
    case "Hg01", "Hg02":
      cpu = packet == "Hg01" ? 1 : 2
      say("OK", line)
    case _ where packet.hasPrefix("qRcmd,"):
      say(
        "O" + "RAX=0\nIDT=     fffffe0000000000 00000fff\n".utf8.map { Self.hexadecimal(UInt64($0), 1) }.joined(), line)
      say("OK", line)
    case _ where packet.hasPrefix("m"): say(memory(packet.dropFirst()), line)
    default: say("", line)
    }
  }

  private func memory(_ words: Substring) -> String {
    let numbers = words.split(separator: ",").compactMap { UInt64($0, radix: 16) }
    if numbers[0] == 0xffff_fe00_0000_0000 {
      // A gate to 0xffffffff81000105: that is where the handler is found, 0x100 above where it was linked.
      return Self.hexadecimal(0x8100_8e00_0010_0105, 8) + Self.hexadecimal(0xffff_ffff, 8)
    }
    let start = Int(numbers[0] &- Self.stackAddress)
    let bytes =
      Self.stack.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
      + Array(repeating: 0, count: 96)
    guard start >= 0, start + Int(numbers[1]) <= bytes.count else { return "E14" }
    return bytes[start..<start + Int(numbers[1])].map { Self.hexadecimal(UInt64($0), 1) }.joined()
  }

  private func registers() -> String {
    var file = [UInt64](repeating: 0, count: 24)
    file[6] = Self.stackAddress
    file[7] = Self.stackAddress
    file[16] = cpu == 1 ? Self.leaf : 0x40_1000
    file[17] = (cpu == 1 ? 0x10 : 0x33) << 32
    return file.map { Self.hexadecimal($0, 8) }.joined()
  }

  private static func hexadecimal(_ value: UInt64, _ bytes: Int) -> String {
    (0..<bytes).map {
      String(UInt64(UInt8(truncatingIfNeeded: value >> UInt64(8 * $0))) + 0x100, radix: 16).dropFirst()
    }
    .joined()
  }

  private func say(_ packet: String, _ line: Int32) {
    let sum = packet.utf8.reduce(UInt8(0), &+)
    let text = "+$\(packet)#\(Self.hexadecimal(UInt64(sum), 1))"
    _ = text.withCString { write(line, $0, strlen($0)) }
  }
}
