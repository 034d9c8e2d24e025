// Stacks made of stacks: turned about, cut, multiplied; other orders of siblings; text.
import Testing

@testable import FlameGraph

@Suite struct TransformTests {
  static let stacks = FoldedParser("a;b;b;c 5\na;b 2\nx;b;c 1\nx 4\n").stacks

  @Test func reversed() { #expect(Self.stacks.reversed().text == "b;a 2\nc;b;b;a 5\nc;b;x 1\nx 4\n") }

  @Test func withoutRecursion() {
    #expect(Self.stacks.mapped { FoldedStacks.withoutRecursion($0) }.stacks.text == "a;b 2\na;b;c 5\nx 4\nx;b;c 1\n")
  }

  @Test func sandwichOfAFunction() {
    let text = Self.stacks.sandwich(of: "b").text
    #expect(
      text == """
        callees of b;b 2
        callees of b;b;b;c 5
        callees of b;b;c 1
        callers of b;b;a 7
        callers of b;b;x 1

        """)
    #expect(Self.stacks.sandwich(of: "nobody").isEmpty)
  }

  @Test func multipliedAndFilled() throws {
    let half = try #require(FoldedStacks.Amount("0.5"))
    #expect(Self.stacks.multiplied(by: half).text == "a;b 1\na;b;b;c 2.5\nx 2\nx;b;c 0.5\n")
    var filled = Self.stacks
    #expect(filled.fill(to: try #require(FoldedStacks.Amount("20.5"))) && FlameLayout(filled).total == 205)
    #expect(!filled.fill(to: try #require(FoldedStacks.Amount("3"))))
    #expect(FoldedStacks.Amount("-1") == nil && FoldedStacks.Amount("x") == nil && FoldedStacks.Amount("") == nil)
  }

  @Test func leftHeavyPutsTheWidestFirst() {
    let layout = FlameLayout(FoldedParser("a;p 1\na;q 3\nb 9\nc 4\n").stacks).leftHeavy()
    #expect(layout.frames.map(layout.name) == ["all", "b", "a", "q", "p", "c"])
    LayoutTests.check(layout)
    LayoutTests.check(FlameLayout(LayoutTests.randomStacks(4)).leftHeavy())
  }

  @Test func textIsATree() {
    var bytes: [UInt8] = []
    FlameText(FlameLayout(FoldedParser("a;b 1\na 3\n").stacks), unit: "samples").write { bytes += $0 }
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == """
           SHARE  TOTAL  OWN  FUNCTION (samples)
        100.00 %      4    0  all
        100.00 %      4    3    a
         25.00 %      1    1      b

        """
    )
  }

  /// Fractions, sums beyond 64 bits and many merges keep every digit.
  @Test func mergedValuesAreExact() {
    var sum = FoldedParser("a 0.1\n").stacks
    for _ in 0..<9 { sum.merge(FoldedParser("a 0.1\nb \(UInt64.max)\n").stacks) }
    #expect(sum.text == "a 1\nb 166020696663385964535\n")
  }
}
