// Two profiles compared: union, inclusive values, shares, noise, and how the picture shows it.
import Testing

@testable import FlameGraph

@Suite struct DiffTests {
  static func diff(_ one: String, _ other: String, isNormalized: Bool = false, period: Double = 1) -> FlameDiff {
    FlameDiff(
      .init(FoldedParser(one).stacks, period: period), .init(FoldedParser(other).stacks, period: period),
      isNormalized: isNormalized)
  }

  static func function(_ diff: FlameDiff, _ name: String) throws -> FlameDiff.Function {
    try #require(diff.functions.first { $0.name == name })
  }

  @Test func unionHasWhatVanishedAndWhatCame() throws {
    let diff = Self.diff("a;gone 500\na;kept 100\n", "a;kept 150\na;came 300\n")
    #expect(diff.union.text == "a;came 300\na;gone 500\na;kept 150\n")
    #expect(diff.totals == (600, 450))
    let gone = try Self.function(diff, "gone")
    #expect(gone.before == 500 && gone.after == 0 && !gone.isNoise)
    #expect(try Self.function(diff, "a").after == 450)
  }

  @Test func twoCountsALineAreTwoProfiles() {
    let text = "a b;c 1 2\r\n\nx 0 5\nx 3 0\nbad\none 7\nhalf;y 0.5 18446744073709551615"
    let pair = Array(text.utf8).withUnsafeBufferPointer { FoldedPair($0) }
    #expect(pair.before.text == "a b;c 1\nhalf;y 0.5\nx 3\n")
    #expect(pair.after.text == "a b;c 2\nhalf;y 18446744073709551615\nx 5\n")
    #expect(pair.badLines.map(\.line) == [5, 6])
    let diff = FlameDiff(.init(pair.before), .init(pair.after))
    #expect(diff.foldedText == "a b;c 1 2\nhalf;y 0.5 18446744073709551615\nx 3 5\n")
  }

  @Test func aFunctionCountsOnceAStack() throws {
    let diff = Self.diff("f;f;f 10\n", "f;f 4\nf 1\n")
    let f = try Self.function(diff, "f")
    #expect(f.before == 10 && f.after == 5 && f.ownBefore == 10 && f.ownAfter == 5)
  }

  @Test func sharesAreComparedWhenNormalized() throws {
    let diff = Self.diff("a 100\nb 100\n", "a 1000\nb 1000\n", isNormalized: true)
    #expect(diff.totals == (2000, 2000) && diff.functions.allSatisfy { $0.before == $0.after && $0.isNoise })
    #expect(try !Self.function(Self.diff("a 100\nb 100\n", "a 1000\nb 1000\n"), "a").isNoise)
  }

  /// The test of two Poisson counts and of two proportions, worked out by hand.
  @Test func theTestIsTheOneThatIsStated() throws {
    let counts = try Self.function(Self.diff("a 100\nb 900\n", "a 144\nb 900\n"), "a")
    #expect(abs(counts.z - 44 / 244.0.squareRoot()) < 1e-9 && counts.isNoise)
    let shares = try Self.function(Self.diff("a 100\nb 900\n", "a 150\nb 850\n", isNormalized: true), "a")
    let deviation = (0.125 * 0.875 * (2.0 / 1000)).squareRoot()
    #expect(abs(shares.z - 0.05 / deviation) < 1e-9 && !shares.isNoise)
    // One sample counts a thousand: the same numbers are a thousand times fewer samples.
    #expect(try Self.function(Self.diff("a 100000\nb 1\n", "a 150000\nb 1\n", period: 1000), "a").z < 3.2)
  }

  @Test func theWorstGrowth() throws {
    let worst = try #require(Self.diff("a;b 1000\na;c 1000\n", "a;b 1500\na;c 900\n").worst)
    #expect(worst.function.name == "b" && abs(worst.growth - 0.25) < 1e-9)
    #expect(Self.diff("a 10\n", "a 11\n").worst == nil)
  }

  @Test func coloursSayWhichWay() {
    let layout = FlameLayout(Self.diff("a;less 5000\na;same 100\n", "a;more 5000\na;same 101\n"))
    let svg = FlameGraphSVG(title: "D").render(layout)
    func shade(_ name: String) -> String? {
      svg.firstMatch(of: try! Regex("<title>\(name): [^<]*</title><rect class=\"([a-z0-9]+)\"")).flatMap {
        $0.output[1].substring.map(String.init)
      }
    }
    #expect(shade("less") == "c0" && shade("more") == "c63" && shade("same") == "noise")
    var turned = FlameGraphSVG()
    turned.isNegated = true
    #expect(turned.render(layout).contains("less: before 5,000 samples, after 0 samples</title><rect class=\"c63\""))
  }

  @Test func emptySides() {
    #expect(FlameLayout(Self.diff("", "")).total == 0)
    #expect(Self.diff("", "a 1\n").functions.map(\.name) == ["a"])
    #expect(Self.diff("a 1\n", "", isNormalized: true).functions.first?.after == 0)
  }

  @Test func scriptColoursAlike() throws {
    let layout = FlameLayout(DiffTests.diff(LayoutTests.randomStacks(1).text, LayoutTests.randomStacks(2).text))
    let svg = FlameGraphSVG().render(layout)
    let lines = try Node.run(
      ScriptTests.script(svg, "\(FlameScript.compare) for (let i = 0; i < frames.count; i++) print(classOf(i));"))
    guard let lines else { return }
    let comparison = try #require(layout.comparison)
    let expected = layout.frames.indices.map { comparison.shade($0, isNegated: false).map { "c\($0)" } ?? "noise" }
    // Rounding at an edge of a shade may differ by one.
    let apart = zip(lines, expected).filter { $0 != $1 }
    #expect(lines.count == expected.count && apart.count * 200 <= lines.count, "\(apart.prefix(5))")
  }
}
