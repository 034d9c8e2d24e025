// Why a tool ends: what it says on standard error, and its exit status.

/// The message names the file and what was expected of it.
public struct ToolError: Error, CustomStringConvertible {
  /// After sysexits.h.
  public enum Kind: Int32, Sendable {
    case failure = 1
    /// A threshold that the user set was passed.
    case threshold = 2
    case usage = 64
    case badInput = 65
    case noInput = 66
    case unavailable = 69
    case inputOutput = 74
  }

  public var kind: Kind
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var exitCode: Int32 { kind.rawValue }
  public var description: String { message }
}
