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

/// The last part of a live stream, in segment files that nobody else sees: they have no name any more once they are open.
final class RingStore: StreamStore {
  static let segmentCount = 8
  private struct Segment {
    var file: Int32
    var start: UInt64
    var count: Int
  }

  private let directory: String
  private let segmentBytes: Int
  private var segments: [Segment] = []
  private(set) var end: UInt64 = 0
  /// Whether the disk took everything so far; after that there is no history, and the rest goes on.
  private(set) var isWorking = true

  /// Keeps at least `bytes` less an eighth. The directory is made when the first byte comes.
  init(directory: String, bytes: Int) {
    self.directory = directory
    segmentBytes = max(1 << 16, bytes / Self.segmentCount)
  }

  deinit { for segment in segments { close(segment.file) } }

  var beginning: UInt64 { segments.first?.start ?? end }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    var rest = bytes[...]
    while !rest.isEmpty, isWorking {
      if segments.last.map({ $0.count >= segmentBytes }) ?? true { isWorking = openSegment() }
      guard isWorking else { break }
      let piece = Array(rest.prefix(segmentBytes - segments[segments.count - 1].count))
      isWorking = writeAll(piece, to: segments[segments.count - 1].file)
      segments[segments.count - 1].count += piece.count
      rest = rest.dropFirst(piece.count)
      end += UInt64(piece.count)
    }
    end += UInt64(rest.count)
    if !isWorking { forget() }
  }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let segment = segments.last(where: { $0.start <= offset }) else { return 0 }
    let place = Int(offset - segment.start)
    guard place < segment.count else { return 0 }
    return max(0, pread(segment.file, buffer.baseAddress, min(buffer.count, segment.count - place), off_t(place)))
  }

  private func openSegment() -> Bool {
    guard Folders.make(directory) else { return false }
    let path = directory + "/stream-\(getpid())-\(end)"
    let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    unlink(path)
    segments.append(Segment(file: file, start: end, count: 0))
    if segments.count > Self.segmentCount { close(segments.removeFirst().file) }
    return true
  }

  private func forget() {
    for segment in segments { close(segment.file) }
    segments = []
  }
}

extension RingStore {
  /// Below this user's folder of state; nil when nothing is to be kept.
  static func ofUser(_ settings: Settings) -> RingStore? {
    guard settings.historyMegabytes > 0, let folder = Folders.state else { return nil }
    return RingStore(directory: folder + "/ktop", bytes: settings.historyMegabytes << 20)
  }
}

extension Endpoint {
  /// Where the stream is kept to go back in: a file keeps itself, all else goes into the ring.
  func store(_ settings: Settings) -> (any StreamStore)? {
    if case .path(let path) = self, let file = FileStore(path) { return file }
    return RingStore.ofUser(settings)
  }
}
