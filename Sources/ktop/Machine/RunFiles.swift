// The files one run leaves, named by the time of its start.

import Glibc
import Recordings

struct RunFiles {
  let recording: String
  let picture: String
  let console: String

  /// Names in `directory`, which is made, that no run has taken.
  static func next(in directory: String) throws -> RunFiles {
    guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
      throw ToolError.ofErrno(.inputOutput, "cannot make \(directory)")
    }
    let base = directory + "/" + ExportFile.timestamp()
    for suffix in [""] + (2...99).map({ "-\($0)" }) {
      let files = RunFiles(base: base + suffix)
      if access(files.recording, F_OK) != 0 { return files }
    }
    throw ToolError(.inputOutput, "\(directory) is full of runs of this second")
  }

  /// Removes what nothing was written to.
  func removeEmpty() {
    for path in [recording, console] {
      var status = stat()
      if stat(path, &status) == 0 && status.st_size == 0 { unlink(path) }
    }
  }

  private init(base: String) {
    recording = base + ".apus"
    picture = base + ".svg"
    console = base + ".console"
  }
}
