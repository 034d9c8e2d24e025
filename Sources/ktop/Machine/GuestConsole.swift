// The console of a machine that was started here: what it says, kept in a file and the last of it in memory, and a way
// to type to it.

import Glibc
import Recordings

final class GuestConsole {
  private static let textLimit = 1 << 16

  /// The last that was said.
  private(set) var text: [UInt8] = []
  private let line: LineSource
  private var hasBegun = false
  private let file: Int32
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 8)

  /// - Parameters:
  ///   - path: of the pair of FIFOs that is the console.
  ///   - copy: the file that gets all of it.
  init(pipe path: String, copy: String) throws {
    line = try FIFOPair.open(path, label: "console")
    file = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw ToolError.ofErrno(.inputOutput, "cannot write \(copy)") }
    descriptor = line.descriptor
  }

  deinit {
    close(file)
    buffer.deallocate()
  }

  var takesInput: Bool { true }
  /// What to poll; nil when the machine has gone: a FIFO that nobody writes to any more is always ready.
  private(set) var descriptor: Int32?

  /// Takes what has been said; true when there was something. Never waits: the machine would wait for a full FIFO.
  func pump() -> Bool {
    var hasNews = false
    while true {
      let arrival = line.read(into: buffer)
      guard case .bytes(let count) = arrival else {
        if case .ended = arrival, hasBegun { descriptor = nil }
        break
      }
      (hasNews, hasBegun) = (true, true)
      let bytes = Array(buffer.prefix(count))
      _ = writeAll(bytes, to: file)
      text += bytes
      if text.count > Self.textLimit { text.removeFirst(text.count - Self.textLimit / 2) }
    }
    return hasNews
  }

  /// Types; false when the machine does not read.
  func send(_ bytes: [UInt8]) -> Bool { line.send(bytes) }
}
