// Recordings in time: the samples add up to what the stacks say, and lie where the spans were.
import Foundation
import Recordings
import Testing
import TraceFormats
@testable import TraceModel
@testable import TraceTestSupport
import Tracer
@testable import kflame

@Suite struct TimelineTests {
  /// Sums by stack, and how many samples, of JSON Lines that kflame has written.
  private static func sums(_ text: String) throws -> [String: (value: UInt64, count: Int)] {
    var sums: [String: (value: UInt64, count: Int)] = [:]
    for line in text.split(separator: "\n").dropFirst() {
      let sample = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let stack = try #require(sample["stack"] as? [String]).joined(separator: ";")
      let value = try #require(sample["value"] as? UInt64)
      #expect(sample["time"] is UInt64)
      sums[stack, default: (0, 0)].value += value
      sums[stack, default: (0, 0)].count += 1
    }
    return sums
  }

  @Test(arguments: [
    ("files", ""), ("files", "--off-cpu"), ("pipelines", ""), ("pipelines", "--off-cpu"), ("shell", ""),
    ("shell", "--off-cpu"), ("shell", "--stacks on-cpu"), ("shell", "--stacks off-cpu"),
  ])
  func samplesAddUpToTheStacks(sample: String, options: String) async throws {
    let recording = SampleTests.root.appendingPathComponent("\(sample)/recording.apus").path
    let folded = try await KFlameTests.shell("\"$KFLAME\" collapse \(options) '\(recording)'")
    let timed = try await KFlameTests.shell("\"$KFLAME\" convert --to jsonl \(options) '\(recording)'")
    #expect(timed.status == 0)
    let sums = try Self.sums(timed.output)
    let lines = folded.output.split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines {
      let blank = try #require(line.lastIndex(of: " "))
      let value = try #require(UInt64(line[line.index(after: blank)...]))
      let found = sums[String(line[..<blank])] ?? (0, 0)
      // Stacks are rounded down once, samples at both ends; and the kernel tells the time away in ticks of 8 ns.
      let distance = found.value > value ? found.value - value : value - found.value
      #expect(distance <= UInt64(max(found.count, 1)) * 10, "\(line): \(found)")
    }
  }

  @Test func picturesOfRecordingsHaveTime() async throws {
    let recording = SampleTests.root.appendingPathComponent("shell/recording.apus").path
    for options in ["", "--off-cpu", "--stacks on-cpu"] {
      let page = try await KFlameTests.shell("\"$KFLAME\" render --format html \(options) '\(recording)'")
      #expect(page.output.contains("<canvas id=\"heat\""), "\(options)")
    }
    let chart = try await KFlameTests.shell("\"$KFLAME\" render --flamechart --format text '\(recording)'")
    let graph = try await KFlameTests.shell("\"$KFLAME\" render --format text '\(recording)'")
    #expect(chart.output.split(separator: "\n").count > graph.output.split(separator: "\n").count * 3)
  }

  @Test func subtitlesTellTheErrorOfSampling() async throws {
    let recording = SampleTests.root.appendingPathComponent("shell/recording.apus").path
    let svg = try await KFlameTests.shell("\"$KFLAME\" render --stacks on-cpu '\(recording)'")
    #expect(svg.output.contains(#/[0-9]+ samples, shares ±[0-9.]+ % \(1 σ\)/#))
    let perf = "a 5/5 1.5: 10 cycles:\\n\\t 12 f (x)\\n\\na 5/5 1.6: PERF_RECORD_LOST lost 41\\n\\n"
    let drawn = try await KFlameTests.shell("printf '\(perf)' | \"$KFLAME\" render")
    #expect(
      drawn.error == "" && drawn.output.contains("41 events lost by the profiler · 1 samples, shares ±50 % (1 σ)"))
  }

  /// A stream may say anything: no time of it is too large, too small, or in the wrong order.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func timesThatAreNone(seed: UInt64) throws {
    var random = Random(state: seed)
    func time() -> UInt64 { [random.next(), random.next() >> 40, .max, 0, 1][Int(random.next() % 5)] }
    let machine = Machine()
    machine.run(machine.thread(10, "sh"))
    machine.flush()
    var model = TraceModel()
    model.feed(machine.takeBytes())
    model.finish()
    let symbols: [Symbol] = [.contextSwitch, Symbol(rawValue: 4), Symbol(rawValue: 512 + 257)]
    let events = (0..<200).map { _ in
      TraceEvent(
        symbol: symbols[Int(random.next() % 3)], cpu: UInt8(random.next() % 3), errno: 0,
        thread: UInt32(random.next() % 4), end: time(), duration: time(), offCPU: time(), argument: random.next() % 4)
    }
    for measure in SpanMeasure.allCases {
      let timeline = SpanTimeline(model, try #require(model.session), measure, events)
      #expect(timeline.spans.allSatisfy { $0.start <= $0.end })
      var profile = Profile()
      (profile.stacks, profile.samples, profile.spans) = (timeline.stacks, timeline.samples, timeline.spans)
      for format in ExportFormat.allCases { #expect(!format.write(profile).isEmpty) }
    }
  }

  @Test func absencesCutStretches() {
    let presence = Presence([10..<20, 30..<60], [0..<5, 12..<14, 18..<32, 40..<41, 100..<200], off: 7)
    #expect(presence.here == [10..<12, 14..<18, 32..<40, 41..<60])
    #expect(presence.away == [12..<14, 18..<20, 30..<32, 40..<41])
  }

  @Test func whatNoSwitchExplainsIsTakenFromTheEnd() {
    let presence = Presence([10..<20, 30..<35], [], off: 8)
    #expect(presence.here == [10..<17] && presence.away.reduce(0) { $0 + $1.count } == 8)
    #expect(Presence([10..<20], [], off: 99).here == [])
  }
}
