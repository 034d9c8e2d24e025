// The command itself: what it prints, what it says, and its exit status.
import Foundation
import Subprocess
import SystemPackage
import Testing
import TraceModel
@testable import TraceTestSupport

@Suite struct KFlameTests {
  @Test func collapsesARecording() async throws {
    let folder = try Folder()
    let recording = try folder.write("r.apus", Self.recording())
    let result = try await Self.run("collapse", recording)
    #expect(result.status == 0 && result.error == "")
    let lines = result.output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("grep;openat;page_fault ") } && lines.allSatisfy { $0.contains(";") })
    #expect(lines == lines.sorted())
  }

  @Test func rendersTheSameFromFilePipeAndFoldedText() async throws {
    let folder = try Folder()
    let recording = try folder.write("r.apus", Self.recording())
    let svg = folder.path("out.svg")
    #expect(try await Self.run("render", recording, "-o", svg).status == 0)
    let drawn = try String(contentsOfFile: svg, encoding: .utf8)
    #expect(try await Self.shell("\"$KFLAME\" render - < \(recording)").output == drawn)
    #expect(drawn.contains(">Kernel time by thread</text>") && drawn.contains("data-unit=\"on-CPU ns\""))
    let again = try await Self.shell(
      "\"$KFLAME\" collapse \(recording) | \"$KFLAME\" render --countname 'on-CPU ns' --title 'Kernel time by thread'")
    #expect(Self.frames(again.output) == Self.frames(drawn))
  }

  @Test func packedRecordingsCarryTheirNames() async throws {
    let folder = try Folder()
    let packed = folder.path("packed.apus")
    let recording = try folder.write("r.apus", Self.recording())
    #expect(try await Self.run("pack", recording, "-o", packed).status == 0)
    #expect(try await Self.run("collapse", packed).output == Self.run("collapse", recording).output)
    // Names of functions are there once, and at the head.
    let sample = SampleTests.root.appendingPathComponent("shell/recording.apus").path
    let again = folder.path("again.apus")
    #expect(try await Self.run("pack", sample, "-o", again).status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: again)) == Data(contentsOf: URL(fileURLWithPath: sample)))
    let nameless = try folder.write("n.apus", Self.recording(names: false))
    let result = try await Self.run("pack", nameless)
    #expect(result.status == 65 && result.error.contains("give the ELF file by --elf"))
    #expect(try await Self.run("collapse", nameless).output.contains("openat;span_6 "))
  }

  @Test func settingsReachThePicture() async throws {
    let result = try await Self.shell(
      """
      printf 'a;b 1\\n' | "$KFLAME" render --title 'T<1>' --subtitle S --width 333 --inverted --colors blue \
      --countname bytes --minwidth 2
      """)
    for part in [
      "<title>T&lt;1&gt;</title>", ">S</text>", "width=\"333\"", "data-inverted", "data-unit=\"bytes\"",
      "data-minimum=\"2000\"",
    ] {
      #expect(result.output.contains(part), "\(part)")
    }
  }

  @Test func emptyInputGivesAPictureThatSaysSo() async throws {
    let result = try await Self.shell("\"$KFLAME\" render < /dev/null")
    #expect(result.status == 0 && result.output.contains("No stacks: nothing to show."))
    #expect(result.error == "kflame: no stacks; the picture says so\n")
  }

  @Test(arguments: [
    ("render --width 5 x", 64, "--width takes 200 to 32000"),
    ("render --colors pink x", 64, "--colors takes one of hot"),
    ("render /no/such/file", 66, "/no/such/file: No such file or directory"),
    ("render /", 66, "/: is a directory; expected a file"),
    ("collapse /bin/sh", 65, "/bin/sh: holds no frame of a trace; expected a recording"),
    ("collapse FOLDED -o /no/such/folder/x", 74, "/no/such/folder/x: cannot be written: No such file or directory"),
    ("render FOLDED -o /dev/full", 74, "/dev/full: write failed, the output is not whole: No space left on device"),
    ("collapse FOLDED > /dev/full", 74, "standard output: write failed, the output is not whole: No space left"),
    ("collapse RECORDING --elf /bin/sh", 65, "/bin/sh: "),
    ("collapse RECORDING --boot 3", 65, "RECORDING: has 1 boots; expected at least 3"),
    ("render BAD", 65, "BAD: line 2: no count at the end; expected 'outer;inner COUNT'"),
    ("render BAD", 65, "BAD: no stacks; line 2: no count at the end"),
  ])
  func failures(command: String, status: Int32, message: String) async throws {
    let folder = try Folder()
    _ = try folder.write("FOLDED", Array("a;b 1\n".utf8))
    _ = try folder.write("BAD", Array("a;b 0\nno count here\n".utf8))
    _ = try folder.write("RECORDING", Self.recording())
    let result = try await Self.shell("cd \(folder.root) && \"$KFLAME\" \(command)")
    #expect(result.status == status)
    #expect(result.error.contains(message), "\(result.error)")
  }

  @Test(arguments: [
    ("collapse P", "V8_Worker;f 20\njava;a;b_[i] 10\n"),
    ("collapse P --samples --pid", "V8_Worker-7;f 1\njava-5;a;b_[i] 1\n"),
    ("collapse P --include '^V8' ", "V8_Worker;f 20\n"), ("collapse P --exclude f", "java;a;b_[i] 10\n"),
    ("collapse P --hide '^a$' --focus java", "java;b_[i] 10\n"), ("collapse F F", "x;x;y 6\n"),
    ("collapse F --collapse-recursion", "x;y 3\n"), ("collapse F --skip-after x", "x;y 3\n"),
    ("collapse --demangle S", "main.f() -> () 1\n"), ("collapse F.gz", "x;x;y 3\n"), ("collapse < F", "x;x;y 3\n"),
    ("collapse - < F.gz", "x;x;y 3\n"),
    ("collapse --threads 3 P", "V8_Worker;f 20\njava;a;b_[i] 10\n"),
    ("collapse F P 2>/dev/null", "V8_Worker;f 20\njava;a;b_[i] 10\nx;x;y 3\n"),
    ("info F | head -3", "format           folded\nunit             samples\ntotal            3\n"),
    (
      "info P --json | grep -o '\"samples\":2,\"nanoseconds\":1000000000,\"threads\":2'",
      "\"samples\":2,\"nanoseconds\":1000000000,\"threads\":2\n"
    ),
    ("convert F --to folded", "x;x;y 3\n"), ("convert F --to pprof | \"$KFLAME\" collapse", "x;x;y 3\n"),
    ("diff F F --format text | head -1", "before 3 samples, after 3 samples\n"),
    ("diff F F --format folded", "x;x;y 3 3\n"), ("diff TWO --format folded -n", "a;b 9.5 4\na;c 0 5.5\n"),
    ("diff - --format text < TWO | head -1", "before 2 samples, after 9.5 samples\n"),
    ("render F --format text --reverse | tail -1", "100.00 %      3    3        x\n"),
    ("render P --flamechart | grep -c role=.treeitem", "6\n"),
    ("render F --left-heavy --total 6 | grep -o 'all is 6 samples'", "all is 6 samples\n"),
    ("render F --factor 2.5 | grep -o 'all is 7.5 samples'", "all is 7.5 samples\n"),
    ("render P | grep -o 'Width: cycles'", "Width: cycles\n"), ("render P --format html | grep -c '<canvas'", "1\n"),
    ("render --sandwich y F | grep -o '<title>callers of y: 3 samples'", "<title>callers of y: 3 samples\n"),
    ("render BAD 2>/dev/null | grep -o 'Error: BAD: line 1: expected one of'", "Error: BAD: line 1: expected one of\n"),
  ])
  func options(command: String, output: String) async throws {
    let folder = try Folder()
    let perf = "java 5/5 1.5: 10 cycles:\n\t 12 a->b (x)\n\nV8 Worker 7/7 2.5: 20 cycles:\n\t 12 f (x)\n\n"
    _ = try folder.write("P", Array(perf.utf8))
    _ = try folder.write("F", Array("x;x;y 3\n".utf8))
    _ = try folder.write("S", Array("$s4main1fyyF 1\n".utf8))
    _ = try folder.write("TWO", Array("a;b 2 4\na;c 0 5.5\n".utf8))
    _ = try folder.write("BAD", Array("nothing here\nat all x5\n".utf8))
    let result = try await Self.shell("cd \(folder.root) && gzip -k F && \"$KFLAME\" \(command)")
    #expect(result.output == output, "\(result.error)")
  }

  @Test(arguments: [
    ("collapse D", 65, "D: is a perf.data file; expected the text of 'perf script"),
    ("render BAD", 65, "BAD: line 1: expected one of"),
    ("collapse Z", 65, "Z: the gzip data end in the middle"),
    ("collapse --from chrome F", 65, "F: expected a Chrome trace"),
    ("diff F G --format text --fail-on +5%", 2, "y grew by 166633.33 % of the whole; the limit is +5%"),
    ("diff F P", 65, "P: counts cycles; expected samples, as F does"),
    ("diff F", 65, "F: no stacks; expected 'outer;inner BEFORE AFTER' a line"),
    ("diff F G --fail-on 5", 64, "--fail-on takes a part as in +5%"),
    ("render --include '(' F", 64, "is no regular expression"),
    ("render --flamechart --reverse F", 64, "cannot be reversed"),
    ("render F --total 1", 65, "--total is less than the sum"), ("render F --minwidth 200%", 64, "--minwidth takes"),
    ("render F --nameattr A", 65, "A: line 2: expected 'function<TAB>attribute=value'"),
    ("convert F --to ctf", 64, "writes a folder"),
    ("render F --sandwich nobody", 65, "no stack has the function 'nobody'"), ("convert F --to what", 64, "what"),
  ])
  func refusals(command: String, status: Int32, message: String) async throws {
    let folder = try Folder()
    _ = try folder.write("F", Array("x;x;y 3\n".utf8))
    _ = try folder.write("G", Array("x;x;y 5002\n".utf8))
    _ = try folder.write("P", Array("a 5/5 1.5: 10 cycles:\n\t 12 f (x)\n\n".utf8))
    _ = try folder.write("BAD", Array("nothing here\nat all x5\n".utf8))
    _ = try folder.write("D", Array("PERFILE2".utf8) + [0, 0])
    _ = try folder.write("A", Array("f\thref=x\nbad line\n".utf8))
    let result = try await Self.shell("cd \(folder.root) && gzip -c F | head -c 15 > Z; \"$KFLAME\" \(command)")
    #expect(result.status == status, "\(result.error)")
    #expect(result.error.contains(message), "\(result.error)")
  }

  @Test func badLinesAreToldAndTheRestIsDrawn() async throws {
    let result = try await Self.shell("printf 'a;b 1\\nbad\\n\\377;c 2' | \"$KFLAME\" collapse")
    #expect(result.status == 0 && result.output == "a;b 1\n\u{fffd};c 2\n")
    #expect(result.error.hasPrefix("kflame: standard input: line 2: no count at the end"))
  }

  /// Blocks go to whichever reader is free; lines are counted from the beginning of the input all the same.
  @Test func theLineOfABadLineIsThatOfTheInput() async throws {
    let event = "java 5/5 1.5: 10 cycles:\n\t 12345678 function_with_a_name (module)\n\n"
    let count = 5_000_000 / event.utf8.count
    let bad = event.dropLast() + "no frame\n\n"
    let folder = try Folder()
    let text = [String](repeating: event, count: count).joined() + bad + event
    _ = try folder.write("P", Array(text.utf8))
    let result = try await Self.shell("cd \(folder.root) && \"$KFLAME\" collapse --threads 2 P")
    #expect(result.output == "java;function_with_a_name \((count + 2) * 10)\n")
    #expect(
      result.error.hasPrefix("kflame: P: line \(count * 3 + 3): expected a line of a call chain"), "\(result.error)")
  }

  @Test func aReaderThatGoesAwayIsAnErrorAndNoSignal() async throws {
    let result = try await Self.shell(
      """
      seq 1 200000 | sed 's/.*/frame&;inner &/' | { "$KFLAME" collapse; echo "status $?" >&2; } | head -n 1
      """)
    #expect(result.error.contains("standard output: the reader went away before the end"))
    #expect(result.error.contains("status 74"))
  }
}

extension KFlameTests {
  struct Outcome: Sendable {
    var status: Int32
    var output: String
    var error: String
  }

  static func run(_ arguments: String...) async throws -> Outcome {
    try await shell("exec \"$KFLAME\" \"$@\"", arguments)
  }

  static func shell(_ script: String, _ arguments: [String] = []) async throws -> Outcome {
    let result = try await Subprocess.run(
      .path("/bin/sh"), arguments: Arguments(["-c", script, "sh"] + arguments),
      environment: .inherit.updating(["KFLAME": tool, "APUS_KERNEL": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"]),
      output: .string(limit: 1 << 26), error: .string(limit: 1 << 20))
    guard case .exited(let status) = result.terminationStatus else { throw Errno.canceled }
    return Outcome(status: status, output: result.standardOutput, error: result.standardError)
  }

  /// Beside the test bundle, where the build puts it.
  private static var tool: String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("kflame").path
  }

  static func recording(names: Bool = true) -> [UInt8] {
    let machine = Machine(ringWords: 1 << 15)
    var workload = Workload(seed: 7)
    workload.run(machine, calls: 2_000)
    machine.flush()
    return (names ? sampleNames().frames() : []) + machine.takeBytes()
  }

  static func frames(_ svg: String) -> String {
    svg.components(separatedBy: "<g class=\"frames\"").last ?? ""
  }
}

/// A folder that goes away with its owner.
final class Folder {
  let root: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    root = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }
}
