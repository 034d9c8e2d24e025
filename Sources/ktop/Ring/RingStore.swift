// Writes the last part of a live stream into a ring on disk, and reads it again.
//
// A ring is kept for `ktop open`, or is for this process alone: then its files have no names any more once they are open.
// A disk that takes no more ends the history and nothing else.

import Glibc
import Recordings

final class RingStore: StreamStore {
  static let segmentCount = 8
  private struct Segment {
    /// -1: of an earlier writer.
    var file: Int32
    var start: UInt64
    var count: Int
  }

  let folder: RingFolder
  let isKept: Bool
  private let segmentBytes: Int
  private var segments: [Segment] = []
  private var lock: Int32 = -1
  private(set) var end: UInt64 = 0
  /// What this writer has begun with.
  private var first: UInt64 = 0
  /// Whether the disk took everything so far.
  private(set) var isWorking = true
  private var names: [UInt8] = []
  /// What was written last is a delimiter.
  private var endsWithFrame = false

  /// Keeps at least `bytes` less an eighth. The folder is made when the first byte comes.
  init(_ folder: RingFolder, bytes: Int, isKept: Bool) {
    self.folder = folder
    self.isKept = isKept
    segmentBytes = max(1 << 16, bytes / Self.segmentCount)
  }

  /// A ring to be kept in a folder that somebody has named; it goes on where an earlier writer has ended.
  /// - Throws: `ToolError` when it cannot be written, or another process writes it.
  convenience init(keptIn path: String, bytes: Int) throws {
    self.init(RingFolder(path: path), bytes: bytes, isKept: true)
    try takeFolder()
  }

  deinit {
    for segment in segments where segment.file >= 0 { close(segment.file) }
    if lock >= 0 { close(lock) }
  }

  var beginning: UInt64 { segments.first { $0.file >= 0 }?.start ?? end }
  var wantsNames: Bool { isKept }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    var rest = bytes[...]
    while !rest.isEmpty, isWorking {
      isWorking = prepareSegment()
      guard isWorking else { break }
      let piece = Array(rest.prefix(pieceLength(rest)))
      isWorking = writeAll(piece, to: segments[segments.count - 1].file)
      segments[segments.count - 1].count += piece.count
      endsWithFrame = piece.last == 0
      rest = rest.dropFirst(piece.count)
      end += UInt64(piece.count)
    }
    end += UInt64(rest.count)
    if !isWorking { forget() }
  }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let segment = segments.last(where: { $0.start <= offset }), segment.file >= 0 else { return 0 }
    let place = Int(offset - segment.start)
    guard place < segment.count else { return 0 }
    return max(0, pread(segment.file, buffer.baseAddress, min(buffer.count, segment.count - place), off_t(place)))
  }

  func setNames(_ frames: [UInt8]) {
    guard isKept, isWorking, lock >= 0, frames != names else { return }
    let path = folder.namesPath + ".new"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let isWhole = writeAll(frames, to: file)
    close(file)
    if isWhole, rename(path, folder.namesPath) == 0 { names = frames } else { unlink(path) }
  }

  // A segment ends with a frame: where it is full, behind the next delimiter, which another piece may bring. A
  // line that sends none is cut anywhere.
  private func pieceLength(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    let room = segmentBytes - segments[segments.count - 1].count
    if room >= bytes.count { return bytes.count }
    let tail = bytes.dropFirst(max(0, room - 1))
    return tail.firstIndex(of: 0).map { bytes.distance(from: bytes.startIndex, to: $0) + 1 } ?? bytes.count
  }

  private func prepareSegment() -> Bool {
    if lock < 0 && isKept {
      do { try takeFolder() } catch { return false }
    }
    guard let last = segments.last, last.file >= 0 else { return openSegment() }
    let isFull = last.count >= segmentBytes && endsWithFrame || last.count >= 2 * segmentBytes
    return isFull ? openSegment() : true
  }

  private func takeFolder() throws {
    lock = try folder.lock()
    segments = folder.segments.map { Segment(file: -1, start: $0.start, count: $0.bytes) }
    end = segments.last.map { $0.start + UInt64($0.count) } ?? 0
  }

  private func openSegment() -> Bool {
    guard Folders.make(folder.path) else { return false }
    let path = isKept ? folder.segmentPath(end) : folder.path + "/stream-\(getpid())-\(end)"
    let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    if !isKept { unlink(path) }
    segments.append(Segment(file: file, start: end, count: 0))
    while segments.count > Self.segmentCount { removeFirstSegment() }
    return true
  }

  private func removeFirstSegment() {
    let gone = segments.removeFirst()
    if gone.file >= 0 { close(gone.file) }
    if isKept { unlink(folder.segmentPath(gone.start)) }
  }

  private func forget() {
    for segment in segments where segment.file >= 0 { close(segment.file) }
    segments = []
  }
}
