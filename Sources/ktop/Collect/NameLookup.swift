// Finds the names of a kernel build: in the file the user gave, in the stream itself, among those kept from machines
// launched here, or in the kernel built here.

import Recordings
import TraceModel

struct NameLookup {
  /// From `--elf`; a stream of another build is refused.
  let explicit: NameTable?
  private let path: String?

  init(explicit table: NameTable) {
    explicit = table
    path = nil
  }

  init(elf path: String?) throws {
    self.path = path
    explicit = try path.map(KernelNames.read)
  }

  /// The table for `buildID`, or why there is none. `streamed` is what the stream brought itself.
  func find(_ buildID: [UInt8], streamed: NameTable?, isFirst: Bool) throws -> (table: NameTable?, note: String?) {
    if let explicit {
      if explicit.buildID == buildID { return (explicit, nil) }
      let mismatch = BuildMismatch(stream: buildID, file: explicit.buildID)
      guard !isFirst else { throw ToolError(.badInput, "\(path ?? "ELF") has the wrong names: \(mismatch)") }
    }
    // A stream that was cut short may have the names of spans and locks without those of functions.
    if var streamed, !streamed.functions.isEmpty {
      // The file, if it is on this machine, knows what was not told.
      streamed.code.reader = KernelNames.reader(buildID)
      return (streamed, nil)
    }
    if let table = KernelNames.known(buildID) ?? streamed { return (table, nil) }
    return (
      nil, "no names for build \(NameTable.hexadecimal(buildID).prefix(12)): numbers shown; --elf FILE brings them"
    )
  }
}
