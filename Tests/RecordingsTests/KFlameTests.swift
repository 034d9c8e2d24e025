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

  @Test func badLinesAreToldAndTheRestIsDrawn() async throws {
    let result = try await Self.shell("printf 'a;b 1\\nbad\\n\\377;c 2' | \"$KFLAME\" collapse")
    #expect(result.status == 0 && result.output == "a;b 1\n\u{fffd};c 2\n")
    #expect(result.error.hasPrefix("kflame: standard input: line 2: no count at the end"))
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
