// Writes the stream to a file as it is, with NAMES frames before what needs them, so that a recording can be read
// without the kernel it came from.
//
// What comes before the names are known waits in memory, a bounded amount. Names learnt later (another kernel booted on
// the same line) go between two frames.

import Glibc
import Recordings
import TraceModel

final class Recorder {
  static let waitLimit = 1 << 20
  private static let tailLimit = 1 << 12

  let path: String
  private let file: Int32
  private var waiting: [UInt8]? = []
  private var pendingNames: [UInt8] = []
  private var tail: [UInt8] = []
  private var knownBuilds: Set<[UInt8]> = []
  /// Nothing more has to come before the first byte is written.
  private var isReady = false
  private(set) var bytesWritten: UInt64 = 0

  /// Creates the file; `-` is standard output.
  init(_ path: String) throws {
    self.path = path
    if path == "-" {
      guard isatty(1) == 0 else { throw ToolError(.inputOutput, "a recording is binary; give a file by -o") }
      file = 1
    } else {
      file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      guard file >= 0 else { throw ToolError.ofErrno(.inputOutput, "cannot write \(path)") }
    }
  }

  deinit { if file > 2 { close(file) } }

  /// The names of the build that the stream has turned out to be of.
  func add(names: NameTable) {
    guard knownBuilds.insert(names.buildID).inserted else { return }
    pendingNames += names.frames()
    guard waiting != nil else { return }
    waiting = pendingNames + (waiting ?? [])
    pendingNames = []
    isReady = true
  }

  /// There are no names to wait for.
  func addNothing() { isReady = true }

  /// Writes what has waited for names, once they are there: the stream may be silent from now on.
  func settle() throws { if isReady { try flush() } }

  func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    if let head = waiting {
      waiting = head + bytes
      guard isReady || head.count + bytes.count > Self.waitLimit else { return }
      return try flush()
    }
    guard !pendingNames.isEmpty, let end = bytes.firstIndex(of: 0) else { return try putFrames(bytes) }
    try putFrames(UnsafeBufferPointer(rebasing: bytes[...end]))
    try pendingNames.withUnsafeBufferPointer { try put($0) }
    pendingNames = []
    try putFrames(UnsafeBufferPointer(rebasing: bytes[(end + 1)...]))
  }

  /// The end. `leaving`: of the reader, not of the stream; a frame that has only begun is left out then.
  /// `functions`: NAMES frames of what the stream named by address, which only the end knows.
  func finish(leaving: Bool, functions: [UInt8] = []) throws {
    try flush()
    if !leaving { try putTail() }
    tail = []
    guard !functions.isEmpty else { return }
    try ([0] + functions).withUnsafeBufferPointer { try put($0) }
  }

  // Keeps back what follows the last delimiter, up to a bound.
  private func putFrames(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    guard let end = bytes.lastIndex(of: 0) else {
      tail += bytes
      return tail.count > Self.tailLimit ? try putTail() : ()
    }
    try putTail()
    try put(UnsafeBufferPointer(rebasing: bytes[...end]))
    tail = Array(bytes[(end + 1)...])
  }

  private func putTail() throws {
    try tail.withUnsafeBufferPointer { try put($0) }
    tail = []
  }

  private func flush() throws {
    guard let head = waiting else { return }
    waiting = nil
    try head.withUnsafeBufferPointer { try putFrames($0) }
  }

  private func put(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    guard !bytes.isEmpty else { return }
    guard writeAll(Array(bytes), to: file) else { throw ToolError.ofErrno(.inputOutput, "cannot write \(path)") }
    bytesWritten += UInt64(bytes.count)
  }
}
