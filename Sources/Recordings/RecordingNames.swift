// Puts the names at the end of a recording that a machine has written by itself, so that it is read without other files.

import Guest
import SystemPackage
import TraceModel

public enum RecordingNames {
  /// Appends the names of the kernel at `kernel` and of the programs that were added to the machine, as far as the
  /// recording speaks of them. A file without a trace, or of another kernel, stays as it is.
  public static func append(
    to path: String, kernel: FilePath, additions: [Initramfs.Addition]
  ) throws(ToolError) {
    var model = TraceModel()
    let input = try ByteInput(path: path)
    defer { input.close() }
    while let bytes = try input.next() { model.feed(bytes) }
    model.finish()
    guard let session = model.session, let names = try? KernelNames.read(kernel.string), (try? model.add(names)) != nil
    else { return }
    model.programFiles = ProgramFiles(additions: additions)
    let output = try ByteOutput(path: path, appends: true)
    try output.write(names.frames() + model.usedFunctionFrames(of: session))
    try output.close()
  }
}

extension ProgramFiles {
  /// The code of the programs among what is added to a machine; other files are passed over.
  public init(additions: [Initramfs.Addition]) {
    self.init()
    for addition in additions {
      guard let input = try? ByteInput(path: addition.source) else { continue }
      defer { input.close() }
      guard let bytes = try? input.all() else { continue }
      self[addition.target] = try? CodeNames(path: addition.source, bytes: bytes)
    }
  }
}
