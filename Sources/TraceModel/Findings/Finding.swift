// What a careful reader of a trace would say: each finding with its evidence, its place and what mending it would save.

/// The kinds of findings. The raw value is what reports and scripts see.
public enum FindingKind: String, Sendable, CaseIterable {
  /// One system call takes the same lock twice, without having slept in between.
  case lockTwice = "lock-twice"
  /// A lock is taken with interrupts off, and no interrupt ever takes it.
  case needlessInterruptLock = "needless-interrupt-lock"
  /// A call that changed nothing took a lock.
  case lockForNothing = "lock-for-nothing"
  /// A lock that the whole kernel shares is taken in every call of one kind.
  case globalLock = "global-lock"
  /// Classes of locks are taken inside each other in a circle.
  case lockCircle = "lock-circle"
  /// A call spends time writing to the kernel's log.
  case logging = "logging"
  /// Memory is filled ahead of need and never touched.
  case untouchedMemory = "untouched-memory"
  /// A call takes longer than it did before.
  case slowerThanBefore = "slower-than-before"
}

/// One thing worth mending.
public struct Finding: Sendable {
  public var kind: FindingKind
  /// One sentence.
  public var title: String
  /// The system call or the part of the kernel that it is about.
  public var place: String
  /// The figures that say so.
  public var evidence: [String]
  /// Calls that it was seen in.
  public var calls: UInt64
  /// Estimated instructions saved in each of them; nil where nothing is known.
  public var savedPerCall: UInt64?
}

extension Finding {
  public var json: JSONValue {
    .object([
      ("kind", .string(kind.rawValue)), ("title", .string(title)), ("place", .string(place)),
      ("evidence", .array(evidence.map { .string($0) })), ("calls", .integer(calls)),
      ("saved_per_call", savedPerCall.map { .integer($0) } ?? .null),
    ])
  }

  /// The report of several, with its version, and with what the tracer cost that found them.
  public static func report(_ findings: [Finding], of session: Session?) -> JSONValue {
    .object([
      ("schema_version", .integer(1)), ("findings", .array(findings.map(\.json))),
      ("tracer", session?.tracerJSON ?? .null),
    ])
  }

  /// As text: a heading and its evidence.
  public var text: String {
    var lines = ["\(place): \(title)"] + evidence.map { "    " + $0 }
    if let savedPerCall {
      lines.append("    mending it saves about \(savedPerCall) instructions a call, in \(calls) calls seen")
    }
    return lines.joined(separator: "\n")
  }
}
