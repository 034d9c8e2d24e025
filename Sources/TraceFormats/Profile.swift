// What any format becomes: stacks with values, and, where the format knows time and it was asked for, samples.

import FlameGraph

public struct Profile: Sendable {
  public var stacks = FoldedStacks()
  /// In the order of the input; empty when the format has no time, or nobody asked.
  public var samples: [TimedSample] = []
  /// Where the input knows when things began and ended, and samples were asked for; they say the same in pieces.
  public var spans: [TimedSpan] = []
  /// What a value counts: "samples", "ns", "bytes".
  public var unit = "samples"
  public var title = "Flame graph"
  /// What one must know to believe a picture of it, as in "1,200 other events left out".
  public var facts: [String] = []
  public var counts = ReadCounts()

  public init() {}
}

/// Why an input is not what it should be.
public struct FormatError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The first line is 1; nil for formats without lines.
  public var line: Int?
  public var expected: String

  public init(line: Int? = nil, _ expected: String) {
    self.line = line
    self.expected = expected
  }

  public var description: String { (line.map { "line \($0): " } ?? "") + "expected \(expected)" }
}
