// What is known to break flamegraph.pl, inferno or their kin, each as a user would meet it: by every way into a picture.
import FlameGraph
import Testing
import TraceFormats

@Suite struct KnownBreakageTests {
  /// The layouts of folded text by the short way and by the tree, which must agree, and the picture.
  static func drawn(_ text: [UInt8]) -> (layout: FlameLayout, svg: String) {
    var parser = FoldedParser()
    parser.feed(text)
    parser.finish()
    let long = FlameLayout(parser.stacks)
    let layout = text.withUnsafeBufferPointer { FlameLayout.read(folded: $0).layout }
    #expect(layout.frames.map(\.width) == long.frames.map(\.width))
    #expect(layout.frames.map(layout.name) == long.frames.map(long.name))
    return (layout, FlameGraphSVG().render(layout))
  }

  static func drawn(_ text: String) -> (layout: FlameLayout, svg: String) { drawn(Array(text.utf8)) }

  @Test func countsNear2To64DoNotWrap() {
    let (layout, svg) = Self.drawn("a 18446744073709551615\nb 18446744073709551615\nc 2\n")
    #expect(layout.droppedBits == 2 && svg.contains("50.00 %"))
    #expect(Self.drawn("a 18446744073709551615\n").svg.contains("a: 18,446,744,073,709,551,615 samples, 100.00 %"))
  }

  @Test func invalidUTF8IsKeptAndRepaired() {
    let (layout, svg) = Self.drawn(Array("a".utf8) + [0xff, 0x3b, 0xc3] + Array(" 5\nb 1\n".utf8))
    #expect(layout.frames.map(layout.name) == ["all", "a\u{fffd}", "\u{fffd}", "b"] && layout.total == 6)
    #expect(svg.contains("a\u{fffd}: 5 samples, 83.33 %"))
  }

  @Test func fractionsAreNotTruncated() {
    #expect(Self.drawn("a 0.25\nb 0.75\n").svg.contains("b: 0.75 samples, 75.00 %"))
  }

  @Test func stacksMayBe20000Deep() throws {
    let names = (0..<20_000).map { "f\($0)" }
    let (layout, svg) = Self.drawn(names.joined(separator: ";") + " 3\n")
    #expect(layout.levels == 20_001 && svg.contains("20001 levels, of which 1500 are drawn"))
    let chain = names.reversed().map { "\t    7f0000001000 \($0) (m)" }.joined(separator: "\n")
    let profile = try PerfScriptTests.read("deep 1 2.0: cycles:\n\(chain)\n\n")
    #expect(profile.stacks.text == "deep;" + names.joined(separator: ";") + " 1\n")
  }

  @Test(arguments: ["", "\n", "\r\n", "a 1", "a 1\n", "a;b 1\r\n", "\u{feff}a 1\n", ";a 1\n", "a; 1\n", "a;;b 1\n"])
  func emptyAndOneLine(text: String) {
    let (layout, svg) = Self.drawn(text)
    let isEmpty = !text.contains("1")
    #expect(layout.total == (isEmpty ? 0 : 1))
    #expect(svg.contains("No stacks: nothing to show.") == isEmpty && svg.hasSuffix("</svg>\n"))
  }

  @Test func namesKeepTheEndThatSaysWhichTheyAre() {
    var settings = FlameGraphSVG()
    settings.width = 200
    let name = "core::ptr::drop_in_place<alloc::vec::Vec<u8>>::parse_header"
    #expect(settings.render(FoldedParser("\(name) 1").stacks).contains(#/>…[^<]*::parse_header</text>/#))
  }

  /// What is too narrow for the still picture is in the table, from which the script draws it on zoom.
  @Test func narrowFramesAreNotLost() throws {
    let svg = Self.drawn("a;tiny 1\na;wide 10000000\n").svg
    #expect(!svg.contains(">tiny: "))
    let names = try #require(svg.firstMatch(of: /<metadata class="names">([^<]*)</)).1
    #expect(names.split(separator: "\n").contains { $0.dropFirst(2) == "tiny" })
  }

  /// inferno draws `a` twice here: `ab` sorts between `a` and `a;x`.
  @Test func aNameThatBeginsAnotherIsOneFrame() {
    let (layout, _) = Self.drawn("a 1\nab 1\na;x 1\n")
    #expect(layout.frames.map(layout.name) == ["all", "a", "x", "ab"])
  }
}
