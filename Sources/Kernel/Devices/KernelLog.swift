// The last messages of the kernel, for syslog(2): a ring of bytes. Lock: `console`, by Console, around `append`; readers
// take it through `Console.withLog`.

import CMachine

enum KernelLog {
  static let capacity = 16384
  nonisolated(unsafe) private static var bytes = InlineArray<16384, UInt8>(repeating: 0)
  nonisolated(unsafe) private static var written = 0
  /// Bytes before this one have been cleared.
  nonisolated(unsafe) private static var start = 0

  static var count: Int { Console.withLog { written - max(start, written - capacity) } }

  /// Lock held.
  static func append(_ byte: UInt8) {
    bytes[written & (capacity - 1)] = byte
    written &+= 1
  }

  static func clear() { Console.withLog { start = written } }

  /// Copies as much of the end as fits. Returns how much.
  static func copyLast(into target: UnsafeMutableRawBufferPointer) -> Int {
    Console.withLog {
      let first = max(start, written - min(capacity, target.count))
      for index in first..<written { target[index - first] = bytes[index & (capacity - 1)] }
      return written - first
    }
  }
}
