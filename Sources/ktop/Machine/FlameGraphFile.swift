// The flame graph of a session: system calls and spans by thread, by their own time on the CPU.

import FlameGraph
import Glibc
import TraceModel

enum FlameGraphFile {
  /// Writes the picture and returns its path.
  static func write(_ model: TraceModel, to path: String) throws -> String {
    let text = folded(model).map { $0.frames.joined(separator: ";") + " \($0.nanoseconds)" }.joined(separator: "\n")
    let file = path + ".folded"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw KtopError.ofErrno("cannot write \(file)", .inputOutput) }
    defer { close(descriptor) }
    guard writeAll(Array((text + "\n").utf8), to: descriptor) else {
      throw KtopError.ofErrno("cannot write \(file)", .inputOutput)
    }
    return file
  }

  /// Frames from the thread inwards, with self time.
  static func folded(_ model: TraceModel) -> [(frames: [String], nanoseconds: UInt64)] {
    guard let session = model.session else { return [] }
    return session.tree.nodes.indices.compactMap { index in
      let own = session.nanoseconds(ticks: session.tree.nodes[index].selfOnCPU) ?? 0
      guard own >= 1 else { return nil }
      return (session.tree.path(to: index).map { model.name(of: $0, in: session) }, UInt64(own))
    }
  }
}
