// Finds the names that a recording knows by number only: in the kernel's ELF file, by build-id.
//
// Names in the recording itself win. A file that was asked for must fit; the others are tried in silence: the cache,
// `$XDG_CACHE_HOME/apus/elf/<build-id>`, then the kernel built here. Names of another build are never used.

import Glibc
import Guest
import SystemPackage
import TraceModel

public enum KernelNames {
  /// Adds the names of the current session's kernel, if they can be found.
  public static func add(to model: inout TraceModel, elf path: String?) throws(ToolError) {
    if let path { return try add(to: &model, asked: path) }
    guard let session = model.session, let hello = session.hello, model.names(of: session) == nil else { return }
    for candidate in candidates(hello.buildID) {
      guard let table = try? read(candidate), table.buildID == hello.buildID else { continue }
      if (try? model.add(table)) != nil { return }
    }
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

  private static func candidates(_ buildID: [UInt8]) -> [String] {
    let home = variable("XDG_CACHE_HOME") ?? variable("HOME").map { $0 + "/.cache" }
    let cached = home.map { "\($0)/apus/elf/\(NameTable.hexadecimal(buildID))" }
    return [cached, try? KernelImage.locate().string].compactMap { $0 }
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
