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
    guard let table = NamesCache.load(hello.buildID) ?? builtHere(hello.buildID) else { return }
    try? model.add(table)
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
    do { return try NameTable(elf: bytes) } catch {
      throw ToolError(.badInput, "\(path): \(error); expected the ELF file of a traced kernel")
    }
  }

  private static func builtHere(_ buildID: [UInt8]) -> NameTable? {
    guard let kernel = try? KernelImage.locate(), let table = try? read(kernel.string) else { return nil }
    return table.buildID == buildID ? table : nil
  }
}
