// The bytes of a stream that can be read again: a file, or a bounded ring on disk.

import Glibc
import Recordings

protocol StreamStore: AnyObject {
  /// The first offset that is still there, and the one behind the last.
  var beginning: UInt64 { get }
  var end: UInt64 { get }
  /// Bytes from `offset` on, at most `buffer`'s; 0 when there are none.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int
  /// Takes the next bytes of the stream.
  func append(_ bytes: UnsafeBufferPointer<UInt8>)
  /// Whether it wants to be told the names that the stream needs.
  var wantsNames: Bool { get }
  /// Takes all names that are known by now, as NAMES frames, in the place of those before.
  func setNames(_ frames: [UInt8])
}

extension StreamStore {
  var wantsNames: Bool { false }
  func setNames(_ frames: [UInt8]) {}
}

/// A recording that is a file: it keeps itself.
final class FileStore: StreamStore {
  private let file: Int32
  let beginning: UInt64 = 0
  private(set) var end: UInt64 = 0

  /// Nil when the file cannot be read at any place.
  init?(_ path: String) {
    file = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  }

  deinit { if file >= 0 { close(file) } }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    max(0, pread(file, buffer.baseAddress, buffer.count, off_t(clamping: offset)))
  }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) { end += UInt64(bytes.count) }
}

extension Endpoint {
  /// Where the stream is kept to go back in: a file keeps itself, all else goes into a ring.
  func store(_ settings: Settings) -> (any StreamStore)? {
    if case .path(let path) = self, let file = FileStore(path) { return file }
    // A short look is not worth a place on the shelf, of which there are few.
    if settings.printsOnce { return nil }
    return RingShelf.newRing(settings, of: label)
  }
}
