// A file in the current folder for what `w` writes, named after the time.

import Glibc
import Recordings

enum ExportFile {
  /// Writes and returns the name.
  static func write(_ text: String, _ format: ExportFormat) throws -> String {
    for number in 0..<100 {
      let name = "ktop-\(timestamp())" + (number == 0 ? "" : "-\(number)") + ".\(format.suffix)"
      let file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      if file < 0 && errno == EEXIST { continue }
      guard file >= 0 else { throw ToolError.ofErrno(.inputOutput, "cannot write \(name)") }
      defer { close(file) }
      guard writeAll(Array(text.utf8), to: file) else { throw ToolError.ofErrno(.inputOutput, "cannot write \(name)") }
      return name
    }
    throw ToolError(.inputOutput, "too many files of this second")
  }

  /// `20260102-030405`, local time.
  static func timestamp() -> String {
    var now = time(nil)
    var local = tm()
    localtime_r(&now, &local)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y%m%d-%H%M%S", &local)
    return String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
