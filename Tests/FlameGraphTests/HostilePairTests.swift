import FlameGraph
import Testing

/// Two counts a line, whatever they are.
@Suite struct HostilePairTests {
  @Test(arguments: [
    "a;. 1\na;c 2.\u{83}\r\n\u{ff};x 18446744073709551615\nba 1",
    "a 1 2\nb 340282366920938463463374607431768211455 1\nc 0.000000001 3",
    "a 340282366920938463463374607431768211455 340282366920938463463374607431768211455\nb 1 0.5",
  ]) func differencesOfAnythingAreDrawn(text: String) {
    let pair = Array(text.utf8).withUnsafeBufferPointer { FoldedPair($0) }
    for isNormalized in [false, true] {
      let diff = FlameDiff(.init(pair.before), .init(pair.after), isNormalized: isNormalized)
      #expect(diff.before.count == diff.after.count)
      _ = diff.foldedText
      _ = diff.functions
    }
  }

  @Test func theLinesOfAFuzzer() {
    let bytes: [UInt8] =
      Array("a;. 1\na;c 2.".utf8) + [0x83, 0x0d, 0x0a, 0xff]
      + Array(";x 18446744073709551615\nba 1".utf8)
    var parser = FoldedParser()
    bytes.withUnsafeBufferPointer { parser.feed($0) }
    parser.finish()
    // A product just below 2^128 that rounding would take beyond.
    let diff = FlameDiff(.init(parser.stacks), .init(parser.stacks.reversed()), isNormalized: true)
    #expect(max(diff.totals.before, diff.totals.after) - min(diff.totals.before, diff.totals.after) < 4)
  }
}
