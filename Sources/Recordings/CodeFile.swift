// The code of an ELF file as stacks need it: how to leave its functions, what is inlined in them, where it calls.
//
// Read when it is first asked, for most runs never ask; then kept, with all answers. May be asked from any thread.

import DebugInfo
import Synchronization
import SystemPackage
import TraceModel
import Unwind

public final class CodeFile: CodeReader {
  private let path: String
  /// The build that the file must be of; nil: any.
  private let buildID: [UInt8]?
  private let content = Mutex(Content())

  private struct Content {
    var isRead = false
    var image: ELFImage?
    var frames: CFI?
    var inlined: InlinedFunctions?
    var rules: [UInt64: CodeRule?] = [:]
  }

  public init(path: String, buildID: [UInt8]? = nil) {
    self.path = path
    self.buildID = buildID
  }

  public func rule(at address: UInt64) -> CodeRule? {
    content.withLock { content in
      if let known = content.rules[address] { return known }
      read(&content)
      let rule = content.frames?.rule(at: address).flatMap(CodeRule.init)
      content.rules[address] = .some(rule)
      return rule
    }
  }

  public func inlined(at address: UInt64) -> [String] {
    content.withLock { content in
      if content.inlined == nil {
        read(&content)
        content.inlined = content.image == nil ? InlinedFunctions() : InlinedFunctions(path: path)
      }
      return content.inlined?.names(at: address) ?? []
    }
  }

  public func call(before address: UInt64) -> CallBefore? {
    content.withLock { content in
      read(&content)
      return content.image.flatMap { CallInstruction.before(address, in: $0) }
    }
  }

  // Of the file only the sections that are needed stay.
  private func read(_ content: inout Content) {
    guard !content.isRead else { return }
    content.isRead = true
    guard let input = try? ByteInput(path: path) else { return }
    defer { input.close() }
    guard let bytes = try? input.all(), let whole = try? ELFImage(bytes) else { return }
    if let buildID, whole.buildID != buildID { return }
    let image = whole.keeping { $0.isExecutable || $0.name == ".eh_frame" || $0.name == ".debug_frame" }
    content.image = image
    content.frames = CFI(image)
  }
}

extension CodeRule {
  /// Nil when the rule is none of those that a counted stack can follow.
  fileprivate init?(_ rule: CFI.Rule) {
    guard rule.returnOffset == -8, rule.cfaOffset > 0, rule.cfaOffset & 7 == 0, rule.cfaOffset < 1 << 15,
      rule.cfaRegister == 6 || rule.cfaRegister == 7
    else { return nil }
    self.init(
      isAboveFramePointer: rule.cfaRegister == 6, words: Int(rule.cfaOffset / 8),
      savesFramePointer: rule.rbpOffset != nil)
  }
}

extension CodeNames {
  /// The functions of an ELF file, with all that its code says.
  public init(path: String, bytes: [UInt8]) throws(ELFError) {
    self.init(functions: try FunctionTable(elf: bytes), reader: CodeFile(path: path))
  }
}

extension ProgramFiles {
  /// Reads the symbol tables of programs of this host.
  public init(_ paths: [String]) throws(ToolError) {
    self.init()
    for path in paths {
      let input = try ByteInput(path: path)
      defer { input.close() }
      let bytes = try input.all()
      do { self[path] = try CodeNames(path: path, bytes: bytes) } catch {
        throw ToolError(.badInput, "\(path): \(error); expected a program")
      }
    }
  }
}
