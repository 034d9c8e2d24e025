// What is known of the code of one file, a kernel's or a program's: its functions, which of them the compiler put into
// others, and how to leave a function at an address. From the file itself, by a reader, or from what a recording kept.
//
// Addresses are those of the file. Immutable but for what a recording adds while it is read.

/// How to find the caller at an address: where the frame begins, in words of 8 bytes above a register.
public struct CodeRule: Sendable, Hashable {
  /// The frame is above rbp, else above the stack pointer. The word just below its beginning is the return address.
  public var isAboveFramePointer: Bool
  public var words: Int
  /// The caller's rbp is somewhere in the frame, and not in the register any more.
  public var savesFramePointer: Bool

  public init(isAboveFramePointer: Bool, words: Int, savesFramePointer: Bool) {
    self.isAboveFramePointer = isAboveFramePointer
    self.words = words
    self.savesFramePointer = savesFramePointer
  }

  /// In a NAMES row.
  var bits: UInt64 { UInt64(words) << 2 | (savesFramePointer ? 2 : 0) | (isAboveFramePointer ? 1 : 0) }

  init?(bits: UInt64) {
    guard bits >> 2 < 1 << 16 else { return nil }
    self.init(isAboveFramePointer: bits & 1 != 0, words: Int(bits >> 2), savesFramePointer: bits & 2 != 0)
  }
}

/// What stands before an address: the call that returns there.
public enum CallBefore: Sendable, Equatable {
  case direct(UInt64)
  case indirect
}

/// Reads a file's code. Answers are kept: asking twice is cheap.
public protocol CodeReader: AnyObject, Sendable {
  func rule(at address: UInt64) -> CodeRule?
  /// The functions that are inlined at an address, the outermost first, as the linker names them.
  func inlined(at address: UInt64) -> [String]
  func call(before address: UInt64) -> CallBefore?
}

public struct CodeNames: Sendable, Equatable {
  public var functions: FunctionTable
  public var reader: (any CodeReader)?
  /// What a recording has kept of its reader's answers.
  var rules: [UInt64: CodeRule] = [:]
  var inlined: [UInt64: [String]] = [:]

  /// - Parameter inlined: as a reader would say it, by address.
  public init(
    functions: FunctionTable = FunctionTable(), reader: (any CodeReader)? = nil, inlined: [UInt64: [String]] = [:]
  ) {
    self.functions = functions
    self.reader = reader
    self.inlined = inlined
  }

  /// The same from memory alone.
  var withoutReader: CodeNames {
    var names = self
    names.reader = nil
    return names
  }

  /// Without the reader.
  public static func == (one: CodeNames, other: CodeNames) -> Bool {
    one.functions == other.functions && one.rules == other.rules && one.inlined == other.inlined
  }

  public func rule(at address: UInt64) -> CodeRule? { reader?.rule(at: address) ?? rules[address] }

  public func call(before address: UInt64) -> CallBefore? { reader?.call(before: address) }

  /// The function at an address and what is inlined in it there, the outermost first, in short; empty when not known.
  public func names(at address: UInt64) -> [String] {
    guard let function = functions.function(at: address) else { return [] }
    // What was kept first: the file may have become another since, and says nothing then.
    let inner = inlined[address] ?? reader?.inlined(at: address) ?? []
    return Self.withoutRepetition(([function.name] + inner).map(SwiftName.short))
  }

  // A specialization within its original, and a function's closure within itself, are nothing that one wants to see.
  private static func withoutRepetition(_ names: [String]) -> [String] {
    var kept: [String] = []
    for name in names where !name.isEmpty {
      guard let last = kept.last else {
        kept.append(name)
        continue
      }
      if name != last && name != "closure in " + last && "closure in " + name != last { kept.append(name) }
    }
    return kept
  }
}
