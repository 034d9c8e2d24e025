// Finds the names that a recording knows by number only: in the kernel's ELF file, by build-id.
//
// Names in the recording itself win. A file that was asked for must fit; the others are tried in silence: those kept of
// machines launched here, then the kernel built here. Names of another build are never used.

import Guest
import SystemPackage
import TraceModel

public enum KernelNames {
  /// Adds the names of the current session's kernel, if they can be found.
  public static func add(to model: inout TraceModel, elf path: String?) throws(ToolError) {
    if let path { return try add(to: &model, asked: path) }
    guard let session = model.session, let hello = session.hello, model.names(of: session) == nil else { return }
    guard let table = known(hello.buildID) else { return }
    try? model.add(table)
  }

  /// The names of a build that was launched or built here.
  public static func known(_ buildID: [UInt8]) -> NameTable? {
    guard var table = NamesCache.load(buildID) else { return builtHere(buildID) }
    // The cache has names only; what stacks need beyond them is in the file, if it is still there.
    table.code.reader = reader(buildID)
    return table
  }

  /// The file of a kernel that was launched here, for what is in no list of names.
  public static func reader(_ buildID: [UInt8]) -> (any CodeReader)? {
    NamesCache.kernelPath(buildID).map { CodeFile(path: $0, buildID: buildID) }
  }

  private static func add(to model: inout TraceModel, asked path: String) throws(ToolError) {
    let table = try read(path)
    do { try model.add(table) } catch { throw ToolError(.badInput, "\(path): \(error)") }
  }

  /// The names in an ELF file.
  public static func read(_ path: String) throws(ToolError) -> NameTable {
    let input = try ByteInput(path: path)
    defer { input.close() }
    let bytes = try input.all()
    do {
      var table = try NameTable(elf: bytes)
      table.code.reader = CodeFile(path: path, buildID: table.buildID)
      return table
    } catch {
      throw ToolError(.badInput, "\(path): \(error); expected the ELF file of a traced kernel")
    }
  }

  private static func builtHere(_ buildID: [UInt8]) -> NameTable? {
    guard let kernel = try? KernelImage.locate(), let table = try? read(kernel.string) else { return nil }
    return table.buildID == buildID ? table : nil
  }
}
