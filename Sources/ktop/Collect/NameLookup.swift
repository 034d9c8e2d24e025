// Finds the names of a kernel build: in the file the user gave, in the stream itself, among those kept from machines
// launched here, or in the kernel built here.

import Glibc
import Guest
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
    explicit = try path.map(Self.read)
  }

  /// The table for `buildID`, or why there is none. `streamed` is what the stream brought itself.
  func find(_ buildID: [UInt8], streamed: NameTable?, isFirst: Bool) throws -> (table: NameTable?, note: String?) {
    if let explicit {
      if explicit.buildID == buildID { return (explicit, nil) }
      let mismatch = BuildMismatch(stream: buildID, file: explicit.buildID)
      guard !isFirst else { throw KtopError("\(path ?? "ELF") has the wrong names: \(mismatch)", .badInput) }
    }
    if let table = streamed ?? NamesCache.load(buildID) ?? builtHere(buildID) { return (table, nil) }
    return (
      nil, "no names for build \(NameTable.hexadecimal(buildID).prefix(12)): numbers shown; --elf FILE brings them"
    )
  }

  private func builtHere(_ buildID: [UInt8]) -> NameTable? {
    guard let kernel = try? KernelImage.locate(), let table = try? Self.read(kernel.string) else { return nil }
    return table.buildID == buildID ? table : nil
  }

  private static func read(_ path: String) throws -> NameTable {
    let bytes = try readWholeFile(path)
    do { return try NameTable(elf: bytes) } catch { throw KtopError("\(path): \(error)", .badInput) }
  }
}

func readWholeFile(_ path: String) throws -> [UInt8] {
  let file = try Endpoint.openFile(path, O_RDONLY)
  defer { close(file) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(file, &chunk, chunk.count)
    guard count >= 0 else { throw KtopError.ofErrno("cannot read \(path)", .noInput) }
    if count == 0 { return result }
    result += chunk[..<count]
  }
}
