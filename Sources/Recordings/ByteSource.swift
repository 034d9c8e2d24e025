// Bytes of a file or of standard input, unpacked when they are gzip, in pieces that the caller provides.
//
// Not for several threads at once; `BlockSource`, which locks, is.

import FlameGraph
import Glibc
import SystemPackage

public final class ByteSource: @unchecked Sendable {
  /// For messages.
  public let name: String
  private let descriptor: FileDescriptor
  private var gzip: GzipReader?
  /// Read already, for a look at the beginning.
  private var ahead: [UInt8] = []
  private var position = 0
  private static let lookAhead = 64 * 1024

  /// `-` is standard input. Throws when there is no such file, or it cannot be read.
  public init(path: String) throws(ToolError) {
    name = path == "-" ? "standard input" : path
    do {
      descriptor = path == "-" ? .standardInput : try FileDescriptor.open(FilePath(path), .readOnly)
    } catch {
      throw ToolError(.noInput, "\(path): \(error)")
    }
    try look()
    guard ahead.starts(with: [0x1f, 0x8b]) else { return }
    gzip = try GzipReader(ahead, name)
    ahead = []
    try look()
  }

  deinit { if descriptor != .standardInput { try? descriptor.close() } }

  /// The first bytes, which will be read all the same: up to 64 KiB, fewer when there are no more.
  public var head: [UInt8] { ahead }

  /// Fills the buffer, unless the end comes first. Returns how many bytes; 0 at the end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ToolError) -> Int {
    var count = 0
    if position < ahead.count {
      count = min(buffer.count, ahead.count - position)
      ahead.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<(position + count)]))
      }
      position += count
    }
    while count < buffer.count {
      let more = try readOnce(UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if more == 0 { break }
      count += more
    }
    return count
  }

  /// All that is left.
  public func rest() throws(ToolError) -> HeldBytes {
    let held = HeldBytes()
    // One byte more than there is, so that the end is met in the first piece.
    var size = gzip == nil ? Self.fileSize(descriptor) + 1 : 0
    while true {
      let room = held.room(atLeast: max(size, 1 << 20))
      size = 0
      let count = try read(into: room)
      held.count += count
      if count < room.count { return held }
    }
  }

  /// 0 of what is no file.
  private static func fileSize(_ descriptor: FileDescriptor) -> Int {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
    return max(0, status.st_size)
  }

  private func look() throws(ToolError) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.lookAhead, alignment: 16)
    defer { bytes.deallocate() }
    var count = 0
    while count < bytes.count {
      let more = try readOnce(UnsafeMutableRawBufferPointer(rebasing: bytes[count...]))
      if more == 0 { break }
      count += more
    }
    ahead = Array(bytes[..<count])
  }

  private func readOnce(_ buffer: UnsafeMutableRawBufferPointer) throws(ToolError) -> Int {
    guard let gzip else { return try readRaw(buffer) }
    return try gzip.read(into: buffer) { input throws(ToolError) in try self.readRaw(input) }
  }

  private func readRaw(_ buffer: UnsafeMutableRawBufferPointer) throws(ToolError) -> Int {
    do {
      return try descriptor.read(into: buffer)
    } catch Errno.isDirectory {
      throw ToolError(.noInput, "\(name): is a directory; expected a file")
    } catch {
      throw ToolError(.inputOutput, "\(name): \(error)")
    }
  }
}

/// Memory for a whole input; freed with the last reference.
public final class HeldBytes {
  public fileprivate(set) var count = 0
  private var capacity = 0
  private var base: UnsafeMutableRawPointer?

  public init() {}
  public init(_ bytes: [UInt8]) {
    room(atLeast: bytes.count).copyBytes(from: bytes)
    count = bytes.count
  }

  deinit { free(base) }

  /// Lends the bytes for one call: a pointer to them would not keep their owner.
  public func withBytes<Result, E: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    defer { withExtendedLifetime(self) {} }
    let start = base.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
    return try body(UnsafeBufferPointer(start: start, count: count))
  }

  /// Grown by realloc, which moves pages and not bytes.
  fileprivate func room(atLeast size: Int) -> UnsafeMutableRawBufferPointer {
    if capacity - count < size {
      capacity = max(count + size, capacity * 2)
      base = realloc(base, max(capacity, 1))
      HugePages.advise(UnsafeMutableRawBufferPointer(start: base! + count, count: capacity - count))
    }
    return UnsafeMutableRawBufferPointer(start: base! + count, count: capacity - count)
  }
}
