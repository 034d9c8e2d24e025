// The SVG: nothing from outside becomes markup, the table holds every frame, letters can be read, bytes do not change.
@testable import FlameGraph
import Foundation
import Testing

@Suite struct SVGTests {
  static let hostile = [
    "</title><script>alert(1)</script>", "]]><script>alert(1)</script>", "\"><rect onclick='x()'/>", "&lt;&amp;&#60;",
    "</metadata><script>x</script>", "a\u{0}b\u{1}c\u{1b}[31m", "\u{202e}desrever\u{2066}", "\u{fffe}\u{ffff}\u{85}",
    "javascript:alert(1)", "${alert(1)}`", "name\nof two lines", "%3Cscript%3E", "-->", "<!--", "<![CDATA[",
  ]

  @Test func nothingFromOutsideBecomesMarkup() throws {
    var stacks = FoldedStacks()
    for name in Self.hostile { stacks.add([name, name + "inner"], value: 1000) }
    var settings = FlameGraphSVG(title: Self.hostile.joined(), unit: Self.hostile.joined())
    settings.subtitle = Self.hostile.joined()
    let svg = settings.render(stacks)
    let clean = FlameGraphSVG(title: "t", unit: "u").render(Self.tame)
    for tag in ["<script", "</script", "<metadata", "<rect onclick", "<!--", "]]>", "<![CDATA["] {
      #expect(Self.count(svg, tag) == Self.count(clean, tag), "\(tag)")
    }
    let forbidden = svg.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" || (0x7f..<0xa0).contains($0.value) }
    #expect(forbidden.isEmpty)
    try XMLLint.check(svg)
  }

  /// What the script will read is what the layout says.
  @Test func theTableHoldsEveryFrame() throws {
    let stacks = LayoutTests.randomStacks(5)
    let layout = FlameLayout(stacks)
    let table = try FrameTableReader(FlameGraphSVG().render(stacks))
    #expect(table.frames.map(\.name) == layout.frames.map(layout.name))
    #expect(table.frames.map(\.depth) == layout.frames.map { Int($0.depth) })
    #expect(table.frames.map(\.own) == layout.frames.indices.map(layout.own))
  }

  @Test func namesAreCutFromTheEndThatSaysLess() {
    func drawn(_ name: String) -> String? {
      var settings = FlameGraphSVG()
      settings.width = 200
      let svg = settings.render(FoldedParser("\(name) 1").stacks)
      return svg.matches(of: /<text x="13" y="96">(.*)<\/text>/).first.map { String($0.1) }
    }
    #expect(drawn("short") == "short")
    #expect(drawn("a_function_with_a_long_name_indeed") == "a_function_with_a_long_…")
    #expect(drawn("deep::in::a::namespace::function") == "…:a::namespace::function")
    #expect(drawn("/usr/lib/x86_64-linux-gnu/libc.so.6") == "…_64-linux-gnu/libc.so.6")
    #expect(drawn("漢字漢字漢字漢字漢字漢字漢字漢字") == "漢字漢字漢字漢字漢字漢…")
  }

  @Test(arguments: FlamePalette.all + [FlamePalette.difference])
  func lettersCanBeReadOnEveryShade(palette: FlamePalette) {
    for shade in 0..<palette.shadeCount {
      #expect(Self.contrastWithBlack(palette.color(shade)) >= 4.5, "\(palette.name) \(shade)")
    }
  }

  @Test func chunksMakeUpTheWhole() {
    let stacks = LayoutTests.randomStacks(3)
    var bytes: [UInt8] = []
    var chunks = 0
    FlameGraphSVG().render(stacks) {
      bytes += $0
      chunks += 1
    }
    #expect(String(decoding: bytes, as: UTF8.self) == FlameGraphSVG().render(stacks))
    #expect(chunks > 1)
  }

  @Test func anErrorOfTheSinkEndsTheDrawing() {
    struct Full: Error {}
    var calls = 0
    #expect(throws: Full.self) {
      try FlameGraphSVG().render(LayoutTests.randomStacks(3)) { (_) throws(Full) in
        calls += 1
        throw Full()
      }
    }
    #expect(calls == 1)
  }

  @Test(arguments: ["flame", "inverted", "empty"])
  func golden(name: String) throws {
    var settings = FlameGraphSVG(title: "A \(name) graph", unit: "on-CPU ns")
    settings.subtitle = "2.000 s · 7 events · 0 dropped at source · 0 lost on the wire"
    settings.isInverted = name == "inverted"
    if name == "inverted" {
      settings.width = 600
      settings.palette = try #require(FlamePalette.named("blue"))
    }
    let text = """
      sh;clone;fork 1200000
      sh;clone 30000
      sh;wait4 100
      find;openat;path_lookup;page_fault 4
      find;openat 999999
      """
    let svg = settings.render(name == "empty" ? FoldedStacks() : FoldedParser(text).stacks)
    try XMLLint.check(svg)
    try Golden.expect(svg, "\(name).svg")
  }

  private static var tame: FoldedStacks {
    var stacks = FoldedStacks()
    for index in hostile.indices { stacks.add(["a\(index)", "b"], value: 1000) }
    return stacks
  }

  private static func count(_ text: String, _ part: String) -> Int { text.components(separatedBy: part).count - 1 }

  /// After WCAG 2.
  private static func contrastWithBlack(_ color: FlamePalette.Color) -> Double {
    func linear(_ channel: UInt8) -> Double {
      let value = Double(channel) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    let luminance = 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    return (luminance + 0.05) / 0.05
  }
}
