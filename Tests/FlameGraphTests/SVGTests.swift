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

  /// Attributes, notes, fonts, names of types, and the page of HTML around.
  @Test func nothingFromOutsideBecomesMarkupElsewhere() throws {
    var stacks = FoldedStacks()
    for name in Self.hostile { stacks.add([name], value: 1000) }
    var settings = FlameGraphSVG(title: Self.hostile.joined())
    (settings.notes, settings.font, settings.nameType) = (
      Self.hostile.joined(), Self.hostile.joined(), Self.hostile.joined()
    )
    for name in Self.hostile { settings.attributes[name] = .init(link: "javascript:alert(1)", className: name) }
    settings.attributes[Self.hostile[0]] = .init(link: "https://example.org/?a=\"b\"&<c>", className: "ok")
    let svg = settings.render(stacks)
    let clean = FlameGraphSVG(title: "t").render(Self.tame)
    for tag in ["<script", "</script", "</style", "<rect onclick", "<!--", "]]>", "<![CDATA[", "href=\"javascript"] {
      #expect(Self.count(svg, tag) == Self.count(clean, tag), "\(tag)")
    }
    #expect(svg.contains("<a href=\"https://example.org/?a=&quot;b&quot;&amp;&lt;c&gt;\">"))
    try XMLLint.check(svg)
    var page: [UInt8] = []
    FlamePage(settings: settings, layout: FlameLayout(stacks)).render { page += $0 }
    let html = String(decoding: page, as: UTF8.self)
    #expect(Self.count(html, "<script") == Self.count(clean, "<script") && !html.contains("<script>alert"))
  }

  @Test(arguments: [
    ("https://x", true), ("http://x", true), ("/a/b", true), ("?q=a:b", true), ("page.html", true),
    ("javascript:x", false), ("JavaScript:x", false), ("data:text/html,x", false), ("java\nscript:x", false),
    ("", false), (" x", false),
  ])
  func linksThatRunNothing(link: String, isSafe: Bool) {
    #expect((FrameTable.safe(link) != nil) == isSafe)
  }

  @Test func settingsShow() throws {
    var settings = FlameGraphSVG(title: "T")
    (settings.rowHeight, settings.fontSize, settings.font) = (30, 20, "Fira Code")
    (settings.minimumShare, settings.theme) = (0.5, .print)
    settings.background = .init(red: 1, green: 2, blue: 255)
    settings.notes = "a note"
    let svg = settings.render(FoldedParser("a 60\nb 40\n").stacks)
    for part in [
      "font-family:\"Fira Code\",", "font-size:20px", "data-row=\"30\"", "height=\"29\"", "#0102ff",
      "<desc>a note</desc>",
    ] {
      #expect(svg.contains(part), "\(part)")
    }
    #expect(svg.contains(">a: 60") && !svg.contains(">b: 40") && !svg.contains("prefers-color-scheme"))
  }

  @Test func languagesHaveTheirColours() {
    func ramp(_ palette: String, _ name: String) -> Int? {
      FlamePalette.named(palette).map { $0.shade(of: Array(name.utf8)[...]) / FlamePalette.shadesPerRamp }
    }
    #expect(ramp("java", "java/io/PrintStream:::print") == 1 && ramp("java", "do_syscall_[k]") == 4)
    #expect(ramp("java", "Klass::f") == 3 && ramp("java", "libc_f") == 0 && ramp("java", "x_[i]") == 2)
    #expect(ramp("python", "f (/usr/lib/python3/x.py)") == 5 && ramp("python", "g (a.py)") == 1)
    #expect(ramp("rust", "<core::iter::Map>::next") == 5 && ramp("rust", "mine::f") == 1 && ramp("js", "f a.js:1") == 1)
    #expect(ramp("chain", "w_[w]") == 1 && ramp("hot", "w_[w]") == 0)
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
