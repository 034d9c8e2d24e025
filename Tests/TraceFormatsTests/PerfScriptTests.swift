// `perf script` text in its dialects, against what inferno and stackcollapse-perf.pl make of it.
import FlameGraph
import Testing
import TraceFormats

@Suite struct PerfScriptTests {
  static let mixed = """
    # captured on: somewhere
    java 24636/25607 [000] 4794564.109216:        100 cycles:uppp:
    \t    7f722d142778 Ljava/io/PrintStream;::print(int) (/tmp/perf-19982.map)
    \t    7f722d142700 a->b->c+0x10 (/lib/libx.so (deleted))
    \tffffffff8103ce3b native_safe_halt+0x1 ([kernel.kallsyms])
    \t               0 [unknown] ([unknown])
    \t    7f53389994d0 [unknown] (/usr/lib/libc.so.6)

    V8 WorkerThread 24636/25608 [001] 4794564.209216:        50 cycles:uppp:
    \t    7f722d142778 net/http.(*Client).Do+0x5 (/usr/bin/go)
    \t    7f722d142779 x::(anonymous namespace)::f(int) (/usr/bin/x)

    sh 7 1.5:  1 instructions:
    \t 1 main (/bin/sh)


    """

  static func read(_ text: String, _ change: (inout PerfOptions) -> Void = { _ in }) throws -> Profile {
    var options = PerfOptions()
    change(&options)
    return try Array(text.utf8).withUnsafeBufferPointer { try TraceFormat.perf.read($0, options) }
  }

  @Test func namesAndPeriods() throws {
    let profile = try Self.read(Self.mixed)
    #expect(
      profile.stacks.text == """
        V8_WorkerThread;x::(anonymous namespace)::f;net/http.(*Client).Do 50
        java;[libc.so.6];[unknown];native_safe_halt;a;b_[i];c_[i];java/io/PrintStream:::print 100

        """)
    #expect(profile.unit == "cycles" && profile.counts.otherEvents == 1 && profile.counts.badLineCount == 0)
  }

  @Test(arguments: [
    ("pid", "java-24636;"), ("tid", "java-24636/25607;"), ("addrs", ";[unknown <0>];"),
    ("addrs", ";[libc.so.6 <7f53389994d0>];"),
    ("kernel", ";native_safe_halt_[k];"), ("jit", ";java/io/PrintStream:::print_[j] 100"), ("samples", "print 1\n"),
    ("events", "sh;main 1\n"), ("instructions", "sh;main 1\n"),
  ])
  func options(flag: String, part: String) throws {
    let profile = try Self.read(Self.mixed) { options in
      switch flag {
      case "pid": options.showsProcess = true
      case "tid": options.showsThread = true
      case "addrs": options.showsAddresses = true
      case "kernel": options.marksKernel = true
      case "jit": options.marksJIT = true
      case "samples": options.countsSamples = true
      case "events": options.takesAllEvents = true
      default: options.event = flag
      }
    }
    #expect(profile.stacks.text.contains(part), "\(profile.stacks.text)")
  }

  @Test(arguments: [
    ("old header", "a 1 2.0: cycles: \n\t 12 f (x)\n\t 13 g (x)\n\n", "a;g;f 1\n"),
    ("no pid", "swapper 1.234567: cycles:\n\tffff f ([k])\n\n", "swapper;f 1\n"),
    ("command only", "my program\n\tffff f ([k])\n\n", "my_program;f 1\n"),
    (
      "no header", "\t    ffffffff8103ce3b f ([k])\n\tffffffff8103ce3c g ([k])\n\n\tffffffff8103ce3b f ([k])\n\n",
      "f 1\ng;f 1\n"
    ),
    ("no chain", "a 1 2.0: 5 cycles: ffff8103 f+0x1 ([k])\nb 1 3.0: 5 cycles: ffff8103 g ([k])\n", "a;f 5\nb;g 5\n"),
    ("no chain nor address", "a 1 2.0: 5 cycles:\nb 1 3.0: 6 cycles:\n", "a 5\nb 6\n"),
    ("no module", "a 1 2.0: cycles:\n\t    ffffffff8103ce3b f+0x1\n\n", "a;f 1\n"),
    ("CRLF", "a 1 2.0: cycles:\r\n\t 12 f (x)\r\n\r\na 1 3.0: cycles:\r\n\t 12 f (x)\r\n\r\n", "a;f 2\n"),
    ("no last blank line", "a 1 2.0: cycles:\n\t 12 f (x)", "a;f 1\n"),
    (
      "simpleperf", "game\t3949/3950 [002] 205.1234: 1000 cpu-cycles:\n\t    7c1234 draw (/data/lib.so)\n\n",
      "game;draw 1000\n"
    ),
    ("inlined", "a 1 2.0: cycles:\n\t 12345678 f (inlined)\n\t 12345678 g (x)\n\n", "a;g;f 1\n"),
    ("semicolon in the command", "a;b 1 2.0: cycles:\n\t 12 f (x)\n\n", "a:b;f 1\n"),
    ("space in the module", "a 1 2.0: cycles:\n\t 12 f (/a path/x (deleted))\n\n", "a;f 1\n"), ("empty", "", ""),
  ])
  func dialects(name: String, text: String, folded: String) throws {
    let profile = try Self.read(text)
    #expect(profile.stacks.text == folded, "\(name)")
    #expect(profile.counts.badLineCount == 0, "\(name): \(profile.counts.badLines)")
    if !text.isEmpty { #expect(TraceFormat.guess(Array(text.utf8)) == .perf, "\(name)") }
  }

  @Test func whatIsNoChainIsTold() throws {
    let profile = try Self.read("a 1 2.0: cycles:\n\t 12 f (x)\n\tnot a frame\n\n")
    #expect(profile.stacks.text == "a;f 1\n")
    #expect(profile.counts.badLines.map(\.line) == [3])
  }

  /// Pieces cut where `cut` says, read by two readers, give what one reader gives.
  @Test func piecesGiveTheSame() throws {
    let text = Array((Self.mixed + Self.mixed.replacing("\n", with: "\r\n")).utf8)
    let whole = try Self.read(String(decoding: text, as: UTF8.self))
    for size in stride(from: 40, to: text.count, by: 37) {
      var one = PerfScript(event: "cycles:uppp")
      var other = PerfScript(event: "cycles:uppp")
      var start = 0
      var isFirst = true
      while start < text.count {
        let end = min(start + size, text.count)
        var cut = end
        text[start..<end].withUnsafeBufferPointer { if end < text.count { cut = start + (PerfScript.cut($0) ?? 0) } }
        if cut == start { cut = text.count }
        text[start..<cut].withUnsafeBufferPointer { if isFirst { one.read($0) } else { other.read($0) } }
        isFirst.toggle()
        start = cut
      }
      var stacks = one.stacks
      stacks.merge(other.stacks)
      #expect(stacks.text == whole.stacks.text)
    }
  }

  @Test func timesAndThreadsOfSamples() throws {
    let profile = try Array(Self.mixed.utf8).withUnsafeBufferPointer {
      try TraceFormat.perf.read($0, keepsSamples: true)
    }
    #expect(profile.samples.map(\.time) == [4_794_564_109_216_000, 4_794_564_209_216_000])
    #expect(
      profile.samples.map(\.thread.thread) == [25607, 25608] && profile.samples[1].thread.name == "V8 WorkerThread")
  }

  /// Long lines are not cached, lines that fall on one place replace each other: nothing of that shows.
  @Test func manyDifferentLines() throws {
    var text = ""
    var expected = FoldedStacks()
    for event in 0..<3000 {
      text += "p 1 2.0: cycles:\n"
      var frames: [String] = []
      for frame in 0..<10 {
        let name = "f\(event * 7 % 1000)_\(frame)" + (event % 50 == 0 ? String(repeating: "x", count: 150) : "")
        text += "\t    \(String(0x7f00_0000_0000 + event * 16 + frame, radix: 16)) \(name)+0x\(frame) (/lib/x.so)\n"
        frames.append(name)
      }
      text += "\n"
      expected.add(["p"] + frames.reversed(), value: 1)
    }
    #expect(try Self.read(text).stacks.text == expected.text)
  }
}
