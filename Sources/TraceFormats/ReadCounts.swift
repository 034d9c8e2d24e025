// What a reader met: how much it took, and what it left out and why. Nothing is lost in silence.

public struct ReadCounts: Sendable {
  public struct BadLine: Sendable, Equatable, CustomStringConvertible {
    /// The first line is 1, of the piece that was read.
    public var line: Int
    /// What is wrong, and what was expected.
    public var reason: String
    public var description: String { "line \(line): \(reason)" }
  }

  public static let badLineLimit = 20

  public var lines = 0
  public var stacks = 0
  /// Events that are not the one that is counted.
  public var otherEvents = 0
  /// Events that the profiler says it has lost.
  public private(set) var lostEvents: UInt64 = 0
  public private(set) var badLines: [BadLine] = []
  public private(set) var badLineCount = 0

  public init() {}

  public mutating func bad(_ line: Int, _ reason: String) {
    badLineCount += 1
    if badLines.count < Self.badLineLimit { badLines.append(BadLine(line: line, reason: reason)) }
  }

  /// Adds what another reader met, whose piece came after this one's.
  public mutating func merge(_ other: ReadCounts) {
    for bad in other.badLines where badLines.count < Self.badLineLimit {
      badLines.append(BadLine(line: lines + bad.line, reason: bad.reason))
    }
    badLineCount += other.badLineCount
    lines += other.lines
    stacks += other.stacks
    otherEvents += other.otherEvents
    addLost(other.lostEvents)
  }

  /// What a text says of them may be any number.
  mutating func addLost(_ events: UInt64) {
    let (sum, isOver) = lostEvents.addingReportingOverflow(events)
    lostEvents = isOver ? .max : sum
  }
}
