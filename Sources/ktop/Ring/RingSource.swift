// A ring as a recording: its files one behind the other. They are open from the beginning on, so that what a writer
// removes meanwhile can still be read.

import Glibc
import Recordings

/// Files that are read as one.
final class JoinedFiles {
  private struct Piece {
    var file: Int32
    var start: UInt64
    var count: Int
  }

  private var pieces: [Piece] = []
  private(set) var count: UInt64 = 0

  init(_ paths: [String]) {
    for path in paths {
      let file = open(path, O_RDONLY | O_CLOEXEC)
      var status = stat()
      guard file >= 0, fstat(file, &status) == 0 else { continue }
      pieces.append(Piece(file: file, start: count, count: Int(status.st_size)))
      count += UInt64(status.st_size)
    }
  }

  deinit { for piece in pieces { close(piece.file) } }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let piece = pieces.last(where: { $0.start <= offset }) else { return 0 }
    let place = Int(offset - piece.start)
    guard place < piece.count else { return 0 }
    return max(0, pread(piece.file, buffer.baseAddress, min(buffer.count, piece.count - place), off_t(place)))
  }
}

final class RingSource: ByteSource {
  let label: String
  let isLive = false
  private let pace: Pace
  fileprivate let files: JoinedFiles
  private var offset: UInt64 = 0

  /// - Throws: `ToolError` (no input) when the folder is no ring.
  init(_ folder: RingFolder, speed: Double? = nil) throws {
    guard folder.isRing else { throw ToolError(.noInput, "\(folder.path) is a folder, and no ring of ktop's") }
    label = folder.path
    pace = Pace(speed)
    files = JoinedFiles([folder.namesPath] + folder.segments.map(\.path))
  }

  var descriptor: Int32? { nil }
  var pause: Int32 { pace.pause }
  // A writer that was killed has cut its last frame.
  var endsAnywhere: Bool { true }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    guard pace.isDue else { return .nothing }
    let count = files.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(pace.step)))
    offset += UInt64(count)
    return count > 0 ? .bytes(count) : .ended("end of recording")
  }

  func streamReached(seconds: Double) { pace.reach(seconds) }
}

/// A ring that is only read: it keeps itself.
final class RingReader: StreamStore {
  private let files: JoinedFiles
  let beginning: UInt64 = 0
  private(set) var end: UInt64 = 0

  init(_ source: RingSource) { files = source.files }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    files.read(at: offset, into: buffer)
  }
  func append(_ bytes: UnsafeBufferPointer<UInt8>) { end += UInt64(bytes.count) }
}
