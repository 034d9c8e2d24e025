// What is written comes back the same through our own readers; ConsumerTests asks the formats' own programs.
import FlameGraph
import Testing
import TraceFormats

@Suite struct ExportTests {
  static let folded = "main;a \"quoted\\\" name;b 30\nmain;a \"quoted\\\" name;c\u{e9}\u{1f525} 12\nmain;z 7\nother 1\n"

  static func profile(_ text: String = folded) -> Profile {
    var profile = Profile()
    profile.stacks = FoldedParser(text).stacks
    return profile
  }

  static func bytes(_ format: ExportFormat, _ profile: Profile) -> [UInt8] { format.write(profile)[0].bytes }

  @Test(arguments: [(ExportFormat.folded, TraceFormat.folded), (.speedscope, .speedscope), (.pprof, .pprof)])
  func comesBack(export: ExportFormat, format: TraceFormat) throws {
    let bytes = Self.bytes(export, Self.profile())
    #expect(TraceFormat.guess(bytes) == format)
    let back = try bytes.withUnsafeBufferPointer { try format.read($0) }
    #expect(back.stacks.text == Self.profile().stacks.text)
  }

  /// The last moment that a number can tell, and more lost events than one.
  @Test(arguments: ExportFormat.allCases) func timeThatEndsIsWritten(export: ExportFormat) throws {
    let event = "prog 1/1 [000] 18446744073.709551615: 1 cycles:\n\t 55 main (/bin/p)\n\n"
    let text = Array(("prog 1 [000] 10.5: PERF_RECORD_LOST lost \(UInt64.max)\n\n" + event + event).utf8)
    let profile = try text.withUnsafeBufferPointer { try TraceFormat.perf.read($0, keepsSamples: true) }
    #expect(profile.samples.map(\.time) == [.max, .max])
    #expect(!Self.bytes(export, profile).isEmpty)
    var counts = profile.counts
    counts.merge(profile.counts)
    #expect(counts.lostEvents == .max)
  }

  @Test func timedFormatsKeepTimeAndThreads() throws {
    let text = Array(PerfScriptTests.mixed.utf8)
    let profile = try text.withUnsafeBufferPointer { try TraceFormat.perf.read($0, keepsSamples: true) }
    let perf = Self.bytes(.perf, profile)
    let back = try perf.withUnsafeBufferPointer { try TraceFormat.perf.read($0, keepsSamples: true) }
    #expect(back.samples.map(\.time) == profile.samples.map(\.time))
    #expect(back.stacks.sum == 150 && back.unit == "cycles")
    let chrome = String(decoding: Self.bytes(.chrome, profile), as: UTF8.self)
    #expect(chrome.contains(#""name":"thread_name","pid":24636,"tid":25608,"args":{"name":"V8 WorkerThread"}"#))
    #expect(chrome.contains(#""ts":4794564109216,"dur":1"#))
  }

  @Test func chromeNestsAsTheStacksDo() throws {
    let bytes = Self.bytes(.chrome, Self.profile())
    let back = try bytes.withUnsafeBufferPointer { try TraceFormat.chrome.read($0) }
    let expected = Self.profile().stacks.text.split(separator: "\n").map { "all;\($0)" }
    #expect(back.stacks.text.split(separator: "\n").map(String.init) == expected)
  }

  @Test func jsonLinesSayEveryStack() {
    let text = String(decoding: Self.bytes(.jsonl, Self.profile("a;b 1.25\n\u{1}\" 3\n")), as: UTF8.self)
    #expect(
      text == """
        {"schema":"kflame-samples","version":1,"title":"Flame graph","unit":"samples"}
        {"stack":["a","b"],"value":1.25}
        {"stack":["\\u0001\\""],"value":3}

        """)
  }

  @Test(arguments: ExportFormat.allCases)
  func emptyProfilesAreNoTrouble(format: ExportFormat) {
    #expect(!format.write(Profile()).isEmpty)
  }
}
