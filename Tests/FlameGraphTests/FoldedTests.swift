// Folded text in and out: what is taken, what is refused and how it is told.
import FlameGraph
import Testing

@Suite struct FoldedTests {
  @Test func readsAndPrints() {
    let parser = FoldedParser("b;a 2\r\na  b;c d 3\n\n  b;a 1  \nx 0\nlast 9")
    #expect(parser.badLines == [])
    #expect(parser.stacks.text == "a  b;c d 3\nb;a 3\nlast 9\n")
    #expect(parser.stacks.total == 15 && parser.lineCount == 6)
  }

  @Test func anyChunksGiveTheSame() {
    let bytes = Array("\u{feff}über;größe 10\r\nb;\u{1f525} 7\r\nbad\r\nc 18446744073709551615".utf8)
    for size in 1...bytes.count {
      var parser = FoldedParser()
      for start in stride(from: 0, to: bytes.count, by: size) {
        parser.feed(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      parser.finish()
      #expect(parser.stacks.text == "b;\u{1f525} 7\nc 18446744073709551615\nüber;größe 10\n")
      #expect(parser.badLines.map(\.line) == [3])
    }
  }

  @Test(arguments: [
    ("a;b", FoldedParser.Reason.noCount), ("a;b x5", .noCount), ("a;b 1x", .noCount), ("a.b", .noCount),
    ("a;b -5", .negative), ("5", .noFrames), ("   7", .noFrames),
    ("a 18446744073709551616", .tooLarge), ("a 99999999999999999999999", .tooLarge),
  ])
  func tellsWhatIsWrong(line: String, reason: FoldedParser.Reason) {
    let parser = FoldedParser("ok 1\n\(line)\nok 2\n")
    #expect(parser.badLines.map(\.line) == [2] && parser.badLines.map(\.reason) == [reason])
    #expect(parser.stacks.text == "ok 3\n")
  }

  @Test func countsBadLinesBeyondThoseKept() {
    let parser = FoldedParser(String(repeating: "bad\n", count: 1000))
    #expect(parser.badLines.count == FoldedParser.badLineLimit && parser.badLineCount == 1000)
  }

  @Test func fractionsAreExact() {
    let parser = FoldedParser("a 0.1\na 0.2\nb 1.\nb .5\nc 3\nd 0.0000000004\ne 0.0000000005\n")
    #expect(parser.badLines == [] && parser.stacks.decimals == 9)
    #expect(parser.stacks.text == "a 0.3\nb 1.5\nc 3\ne 0.000000001\n")
    #expect(FoldedParser("a 18446744073709551615.5\n").stacks.text == "a 18446744073709551615\n")
  }

  @Test func sumsPass64Bits() {
    let parser = FoldedParser(String(repeating: "a \(UInt64.max)\n", count: 1000) + "b 1\nb 0.25\n")
    #expect(parser.stacks.text == "a 18446744073709551615000\nb 1.25\n")
    #expect(parser.stacks.sum == (UInt128(UInt64.max) * 1000 + 1) * 100 + 25)
  }

  @Test func repairsInvalidUTF8() {
    var parser = FoldedParser()
    parser.feed([0x61, 0xff, 0x3b, 0xc3, 0x28, 0x20, 0x35, 0x0a, 0x61, 0xfe, 0x3b, 0xc3, 0x28, 0x20, 0x31])
    parser.finish()
    // Both have become the same name.
    #expect(parser.stacks.text == "a\u{fffd};\u{fffd}( 6\n")
  }

  @Test func printsWhatReadsBackAsTheSameStacks() {
    var stacks = FoldedStacks()
    stacks.add(["a;b", "c\nd", "e\r\u{1}"], value: 4)
    #expect(stacks.text == "a:b;c␊d;e␍␁ 4\n")
    #expect(FoldedParser(stacks.text).stacks.text == stacks.text)
  }
}
