// A recording read to its end, with names.

import Recordings
import TraceModel

enum RecordingInput {
  /// `head` is what has been read of the input already. No bytes at all are an empty recording; bytes without a single
  /// frame are something else.
  static func model(_ head: [UInt8], _ input: ByteInput, elf: String?) throws(ToolError) -> TraceModel {
    var model = TraceModel()
    model.feed(head)
    while let more = try input.next() { model.feed(more) }
    model.finish()
    if let version = model.unsupportedVersion {
      throw ToolError(.badInput, "\(input.name): is of trace format version \(version); expected version 1")
    }
    if model.bytesReceived > 0, model.framesReceived == 0 {
      throw ToolError(.badInput, "\(input.name): holds no frame of a trace; expected a recording")
    }
    try KernelNames.add(to: &model, elf: elf)
    return model
  }
}
