// The flame graph that a run leaves beside its recording: `kflame render` draws the same.

import Glibc
import Recordings
import TraceModel

enum FlameGraphFile {
  /// Writes the picture and returns its path.
  static func write(_ model: TraceModel, to path: String) throws -> String {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw ToolError.ofErrno(.inputOutput, "cannot write \(path)") }
    defer { close(file) }
    guard writeAll(Array(model.flameGraph().utf8), to: file) else {
      throw ToolError.ofErrno(.inputOutput, "cannot write \(path)")
    }
    return path
  }
}
