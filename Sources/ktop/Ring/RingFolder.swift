// A ring on disk: a folder with the last part of a stream.
//
//     lock                     empty; whoever writes holds a lock on it
//     names                    NAMES frames: all that are known of the stream's builds
//     segment-0000000000000000 the stream from that offset (hexadecimal) up to the next segment; whole frames but at the end
//
// In the order of their names the files are a recording: `cat FOLDER/* > FILE`. A writer that is killed leaves all that
// it has written; the frame that was cut is left out by readers.

import Glibc
import Recordings

struct RingFolder: Sendable {
  let path: String

  struct Segment {
    var path: String
    var start: UInt64
    var bytes: Int
  }

  var namesPath: String { path + "/names" }
  var lockPath: String { path + "/lock" }
  func segmentPath(_ start: UInt64) -> String {
    let digits = String(start, radix: 16)
    return path + "/segment-" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// What there is, oldest first.
  var segments: [Segment] {
    Self.names(in: path).filter { $0.hasPrefix("segment-") }.sorted().compactMap { name in
      var status = stat()
      let path = path + "/" + name
      guard let start = UInt64(name.dropFirst(8), radix: 16), stat(path, &status) == 0 else { return nil }
      return Segment(path: path, start: start, bytes: Int(status.st_size))
    }
  }

  var isRing: Bool { !segments.isEmpty }
  var bytes: Int { segments.reduce(0) { $0 + $1.bytes } }

  /// The process that writes it now; nil when none does.
  var writer: pid_t? {
    let file = open(lockPath, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var region = flock()
    region.l_type = Int16(F_WRLCK)
    guard fcntl(file, F_GETLK, &region) == 0, region.l_type != Int16(F_UNLCK) else { return nil }
    return region.l_pid
  }

  /// Takes the ring for writing, until the descriptor is closed or the process ends.
  /// - Throws: `ToolError`: unavailable while another process writes it, input/output when it cannot be made.
  func lock() throws -> Int32 {
    guard Folders.make(path) else { throw ToolError.ofErrno(.inputOutput, "cannot make \(path)") }
    let file = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw ToolError.ofErrno(.inputOutput, "cannot write into \(path)") }
    var region = flock()
    region.l_type = Int16(F_WRLCK)
    guard fcntl(file, F_SETLK, &region) != 0 else { return file }
    let reason = errno
    close(file)
    guard reason == EAGAIN || reason == EACCES else {
      errno = reason
      throw ToolError.ofErrno(.inputOutput, "cannot lock \(path)")
    }
    throw ToolError(.unavailable, "another ktop (process \(writer ?? 0)) writes the ring \(path); give another folder")
  }

  /// Removes the ring and nothing else.
  func remove() {
    for name in Self.names(in: path) where name == "lock" || name == "names" || name.hasPrefix("segment-") {
      unlink(path + "/" + name)
    }
    rmdir(path)
  }

  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
