// Two profiles in one text, as difffolded.pl writes it: `outer;inner BEFORE AFTER` a line.
//
// Each half is read as `FoldedParser` reads folded text, and bad lines are told once.

public struct FoldedPair: Sendable {
  public private(set) var before = FoldedStacks()
  public private(set) var after = FoldedStacks()
  public private(set) var badLines: [FoldedParser.BadLine] = []
  public private(set) var badLineCount = 0

  /// A text that lies in memory. A line with one count only is bad.
  public init(_ text: UnsafeBufferPointer<UInt8>) {
    var halves = (FoldedParser(), FoldedParser())
    for line in text.split(separator: 0x0a, omittingEmptySubsequences: false) {
      Self.feed(UnsafeBufferPointer(rebasing: line), &halves)
    }
    halves.0.finish()
    halves.1.finish()
    (before, after) = (halves.0.stacks, halves.1.stacks)
    // What is no line at all is bad for the half after; what has one count, for the half before.
    let worse = halves.0.badLineCount >= halves.1.badLineCount ? halves.0 : halves.1
    (badLines, badLineCount) = (worse.badLines, worse.badLineCount)
  }

  private static func feed(_ line: UnsafeBufferPointer<UInt8>, _ halves: inout (FoldedParser, FoldedParser)) {
    guard case .line(let last) = FoldedLine.parse(line) else {
      halves.0.feed(Array(line) + [0x0a])
      halves.1.feed(Array(line) + [0x0a])
      return
    }
    halves.0.feed(Array(last.frames) + [0x0a])
    guard case .line(let first) = FoldedLine.parse(last.frames) else { return halves.1.feed([0x0a]) }
    // The second count and what stands before it: the frames, without the first count.
    let count = line[(last.frames.baseAddress! + last.frames.count - line.baseAddress!)...]
    halves.1.feed(Array(first.frames) + Array(count) + [0x0a])
  }
}

extension FlameDiff {
  /// Both sides as difffolded.pl writes them: every stack of either, by the bytes of its text.
  public var foldedText: String {
    var lines: [String] = []
    union.forEachStack { node, _, _ in
      let names = union.frames(of: node).map {
        String(decoding: FoldedStacks.printable(Array($0.utf8)[...]), as: UTF8.self)
      }
      let values = [before[Int(node)], after[Int(node)]].map { Self.text($0, decimals: union.decimals) }
      lines.append(names.joined(separator: ";") + " " + values.joined(separator: " ") + "\n")
    }
    return lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined()
  }
}
