// A kernel that is not ours, with include/apus_trace.h: boots, is watched, and keeps to the specification. Ours too.
import Foundation
import Guest
import SystemPackage
import Testing
import TraceModel

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct OtherKernelTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL

  @Test(arguments: ["gcc", "clang"])
  func theSampleKernelIsWatched(compiler: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("c-kernel-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (kernel, trace) = (folder.path + "/kernel.elf", folder.path + "/trace")
    let build = Self.root.path + "/samples/c-kernel/build"
    try #require(try Self.run("env", ["CC=\(compiler)", build, kernel]) == 0)
    let status = try Self.run(
      "timeout",
      ["60", "qemu-system-x86_64", "-kernel", kernel, "-append", "seconds=3", "-display", "none", "-nodefaults"]
        + [
          "-no-reboot", "-serial", "null", "-serial", "file:\(trace)", "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
        ])
    #expect(status == 1)  // What isa-debug-exit makes of 0.
    let stream = [UInt8](try Data(contentsOf: URL(fileURLWithPath: trace)))
    try Self.expectConformance(of: stream)
    var model = TraceModel()
    model.feed(stream)
    model.finish()
    let session = try #require(model.session)
    let names = try #require(model.names(of: session))
    let counts = Dictionary(uniqueKeysWithValues: session.spans.map { (names.spans[$0.key] ?? "", $0.value.count) })
    // Four blocks a checksum, as many sums as sorts.
    #expect(counts["sort"] ?? 0 > 100 && counts["sort"] == counts["checksum"])
    #expect(counts["checksum_block"] == 4 * (counts["checksum"] ?? 0))
    #expect(counts["items_made"] ?? 0 > counts["sort"] ?? 0)
    #expect(session.locks[0]?.acquired == 5 * (counts["sort"] ?? 0))
    #expect(session.losses.lostWire == 0 && session.losses.droppedSource == 0)
    let paths = session.tree.nodes.indices.map { session.tree.path(to: $0) }
    #expect(paths.contains([.thread("summer"), .span(2), .span(3)]))
  }

  @Test func theStreamOfApusConforms() async throws {
    let file = FilePath(NSTemporaryDirectory()).appending("apus-conform-\(UUID().uuidString)")
    defer { unlink(file.string) }
    let result = try await Machine.run(["sh", "-c", "for i in 1 2 3 4; do ls -lR /etc | sort | wc -l; sleep 0.5; done"])
    {
      $0.traceLine = .file(file)
      $0.append = "trace=all"
      $0.cpus = 2
    }
    #expect(result.report.end == .exited(0), "\(result.console)")
    let names = try NameTable(elf: try HostFile.read(try KernelImage.locate()))
    try Self.expectConformance(of: try HostFile.read(file), names: names)
  }

  private static func expectConformance(of stream: [UInt8], names: NameTable? = nil) throws {
    var check = ConformanceCheck()
    if let names { check.add(names) }
    check.feed(stream)
    check.finish()
    #expect(check.violations == [])
    #expect(check.records > 1000 && check.hellos >= 2)
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
