// include/apus_trace.h: compiles everywhere, keeps to the specification, and says what happened.
import Foundation
import Testing
import TraceModel
import Tracer

@Suite(.serialized) struct HeaderTests {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let include = tests.appendingPathComponent("../../include").standardizedFileURL.path
  private static let strict = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-I", include]

  @Test(arguments: ["gcc", "clang"], ["-O0", "-O2", "-Os"])
  func compilesWithoutAWarning(compiler: String, level: String) throws {
    let source = "#include \"apus_trace.h\"\nint unused(void);\nint unused(void) { return 0; }\n"
    let flags = Self.strict + ["-ffreestanding", level, "-x", "c", "-c", "-", "-o", "/dev/null"]
    let result = try Self.run(compiler, flags, input: Array(source.utf8))
    #expect(result.status == 0 && result.errors == "")
  }

  @Test func isShort() throws {
    let text = try String(contentsOfFile: Self.include + "/apus_trace.h", encoding: .utf8)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 400)
  }

  @Test(arguments: [1, 4])
  func theStreamKeepsToTheSpecification(cpus: Int) throws {
    let stream = try Self.stream(cpus: cpus, records: 20_000)
    var check = ConformanceCheck()
    check.feed(stream)
    check.finish()
    #expect(check.violations == [])
    #expect(check.records == UInt64(20_200 + cpus))
  }

  /// A frame that is full before the kernel polls for the first time.
  @Test func theFirstFrameSaysWhoSpeaks() throws {
    var check = ConformanceCheck()
    check.feed(try Self.stream(cpus: 1, records: 1_000, quiet: 600))
    check.finish()
    #expect(check.violations == [])
    #expect(check.records == 1_011)
  }

  @Test func whatHappenedIsRead() throws {
    var model = TraceModel()
    var ends: [UInt64] = []
    var arguments: [UInt64] = []
    model.feed(try Self.stream(cpus: 1, records: 3_000)) {
      guard $0.symbol.isSpan else { return }
      ends.append($0.end)
      arguments.append($0.argument)
    }
    model.finish()
    let session = try #require(model.session)
    let fourth = (0..<3_000 as Range<UInt64>).filter { $0 % 5 == 0 && $0 > 0 }.map { $0 * $0 * $0 * $0 }
    #expect(arguments.filter { $0 > 0 } == fourth)
    #expect(ends.indices.dropFirst().count { ends[$0] < ends[$0 - 1] } == 30)
    #expect(session.spans[1]?.count == 1_500 && session.spans[2]?.count == 1_530)
    #expect(session.spans[3]?.count == 6_000)
    #expect(session.spans[2]?.buckets.reduce(0, +) == 1_530)
    #expect(session.locks[7]?.acquired == 3_000 && session.locks[7]?.contended == 300)
    #expect(session.threads.name(1) == "even")
    #expect(model.names(of: session)?.spans == [1: "one", 2: "two", 3: "ticks"])
  }

  @Test func aLineThatRefusesIsAccountedFor() throws {
    var model = TraceModel()
    model.feed(try Self.stream(cpus: 4, records: 20_000, refuse: 7))
    model.finish()
    let losses = try #require(model.session).losses
    #expect(losses.emitted == 20_204 && losses.droppedSource > 1_000 && losses.lostWire == 0)
    #expect(model.session?.spans[1]?.count == 10_000)
  }

  @Test func commandsAreTaken() throws {
    let commands = Self.bytes(of: .ping(0x1122_3344_5566_7788)) + [1, 2, 3, 0] + Self.bytes(of: .disable(1))
    var model = TraceModel()
    model.feed(try Self.stream(cpus: 1, records: 10, input: commands))
    let session = try #require(model.session)
    #expect(session.pong?.token == 0x1122_3344_5566_7788)
    #expect(session.hello?.enabledKeys == 0 && session.hello?.badCommandBytes == 3)
  }

  private static func bytes(of command: Command) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 40) { wire, count in count = command.encode(into: wire.baseAddress!) }
  }

  private static func stream(cpus: Int, records: Int, refuse: Int = 0, quiet: Int = 0, input: [UInt8] = []) throws
    -> [UInt8]
  {
    let program = FileManager.default.temporaryDirectory.appendingPathComponent("emit-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: program) }
    let source = tests.appendingPathComponent("Header/emit.c").path
    let built = try run("gcc", strict + ["-O1", "-fsanitize=undefined", source, "-o", program])
    try #require(built.status == 0 && built.errors == "", "\(built.errors)")
    let result = try run(program, ["\(cpus)", "\(records)", "\(refuse)", "\(quiet)"], input: input)
    #expect(result.status == 0 && result.errors == "")
    return result.output
  }

  private static func run(
    _ program: String, _ arguments: [String], input: [UInt8] = []
  ) throws -> (status: Int32, output: [UInt8], errors: String) {
    let files = (0..<3).map { _ in FileManager.default.temporaryDirectory.appendingPathComponent("header-\(UUID())") }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    try Data(input).write(to: files[0])
    for file in files[1...] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return (
      process.terminationStatus, [UInt8](try Data(contentsOf: files[1])),
      String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
    )
  }
}
