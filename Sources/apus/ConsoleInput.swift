// What the guest's console reads in `apus run`: the terminal if there is one, else standard input passed through a pipe
// in the form a terminal's line discipline understands.

import Glibc
import Guest
import SystemPackage

struct ConsoleInput {
  var configuration: GuestConfiguration
  let descriptor: FileDescriptor?

  init(_ given: GuestConfiguration) throws {
    configuration = given
    if isatty(0) == 1, isatty(1) == 1 {
      configuration.console = .terminal
      descriptor = .standardInput
    } else {
      let (read, write) = try FileDescriptor.pipe()
      descriptor = read
      Self.pump(into: write)
    }
  }

  /// Copies standard input on a thread of its own. Bytes that would edit the line or send a signal are quoted (^V); the
  /// end of input becomes ^D. The write end stays open: QEMU must not see the end before the guest does.
  private static func pump(into pipe: FileDescriptor) {
    Thread.detach {
      var last: UInt8 = 10
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = Glibc.read(0, &buffer, buffer.count)
        guard count > 0 else { break }
        last = buffer[count - 1]
        let quoted = buffer[..<count].flatMap { (byte: UInt8) -> [UInt8] in needsQuote(byte) ? [0x16, byte] : [byte] }
        guard (try? pipe.writeAll(quoted)) != nil else { return }
      }
      _ = try? pipe.writeAll(last == 10 ? [4] : [4, 4])
    }
  }

  private static func needsQuote(_ byte: UInt8) -> Bool {
    byte < 32 && byte != 9 && byte != 10 || byte == 127
  }
}

/// A detached POSIX thread: blocking reads do not belong on the cooperative pool.
enum Thread {
  static func detach(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { raw in
        Unmanaged<Box>.fromOpaque(raw!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    pthread_detach(thread)
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
