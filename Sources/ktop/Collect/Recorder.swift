// Writes the stream to a file as it is, with NAMES frames before what needs them, so that a recording can be read
// without the kernel it came from.
//
// What comes before the names are known waits in memory, a bounded amount. Names learnt later (another kernel booted on
// the same line) go between two frames.

import Glibc
import TraceModel

final class Recorder {
  static let waitLimit = 1 << 20

  let path: String
  private let file: Int32
  private var waiting: [UInt8]? = []
  private var pendingNames: [UInt8] = []
  private var knownBuilds: Set<[UInt8]> = []
  /// Nothing more has to come before the first byte is written.
  private var isReady = false
  private(set) var bytesWritten: UInt64 = 0

  /// Creates the file; `-` is standard output.
  init(_ path: String) throws {
    self.path = path
    if path == "-" {
      guard isatty(1) == 0 else { throw KtopError("a recording is binary; give a file by -o", .inputOutput) }
      file = 1
    } else {
      file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      guard file >= 0 else { throw KtopError.ofErrno("cannot write \(path)", .inputOutput) }
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

  func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    if let head = waiting {
      waiting = head + bytes
      guard isReady || head.count + bytes.count > Self.waitLimit else { return }
      return try flush()
    }
    guard !pendingNames.isEmpty, let end = bytes.firstIndex(of: 0) else { return try put(bytes) }
    try put(UnsafeBufferPointer(rebasing: bytes[...end]))
    try pendingNames.withUnsafeBufferPointer { try put($0) }
    pendingNames = []
    try put(UnsafeBufferPointer(rebasing: bytes[(end + 1)...]))
  }

  func finish() throws { try flush() }

  private func flush() throws {
    guard let head = waiting else { return }
    waiting = nil
    try head.withUnsafeBufferPointer { try put($0) }
  }

  private func put(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    guard !bytes.isEmpty else { return }
    guard writeAll(Array(bytes), to: file) else { throw KtopError.ofErrno("cannot write \(path)", .inputOutput) }
    bytesWritten += UInt64(bytes.count)
  }
}
