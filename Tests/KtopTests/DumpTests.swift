// dump, replay and record of files: the accounts, and every way a file can be wrong.
import Foundation
import Testing
import TraceModel

@testable import TraceTestSupport
@testable import ktop

@Suite struct DumpTests {
  private let scratch = Scratch()

  @Test func jsonAccountsForEveryRecord() throws {
    let sample = Sample()
    let result = try json(sample.recording)
    #expect(result["schema_version"] as? Int == 1)
    #expect(
      losses(result) == [
        "emitted": Int(sample.emitted), "received": Int(sample.emitted), "dropped_source": 0, "lost_wire": 0,
      ])
    let calls = try #require(result["syscalls"] as? [[String: Any]])
    #expect(calls.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == 4000)
    let read = try #require(calls.first { $0["name"] as? String == "read" })
    #expect((read["p99_ns"] as? Double ?? 0) >= (read["p50_ns"] as? Double ?? .infinity))
    let locks = try #require(result["locks"] as? [[String: Any]])
    #expect(locks.contains { $0["name"] as? String == "frame_allocator" && $0["acquired"] as? Int == 2_000_000 })
    let spans = try #require(result["spans"] as? [[String: Any]])
    #expect(spans.contains { $0["name"] as? String == "page_fault" })
  }

  @Test func whatIsCutOutIsLostOnTheWire() throws {
    let sample = Sample()
    // Without a stretch in the middle, cut anywhere.
    let bytes = Array(sample.recording[..<9_001]) + Array(sample.recording[12_345...])
    let losses = losses(try json(bytes))
    #expect(losses["emitted"] == Int(sample.emitted))
    #expect(losses["lost_wire"]! > 0)
    #expect(losses["received"]! + losses["dropped_source"]! + losses["lost_wire"]! == losses["emitted"]!)
  }

  @Test func aRecordingMayEndAnywhere() throws {
    let recording = Sample(calls: 300).recording
    var last: UInt64 = 0
    for end in stride(from: 40, to: recording.count, by: 61) {
      let collector = Collector(BytesSource(Array(recording[..<end])), names: try NameLookup(elf: nil))
      while try collector.pump() {}
      let losses = collector.model.session?.losses ?? Losses()
      #expect(losses.received >= last)
      last = losses.received
      _ = TextReport(collector.snapshot()).text
    }
  }

  @Test func tableAndReplayAgree() throws {
    let file = scratch.file("a.rec", Sample().recording)
    let dump = try Tool.ktop("dump", file)
    let replay = try Tool.ktop("replay", file)
    let piped = try Tool.ktop("dump", "-", "--table", input: Sample(calls: 100).recording)
    #expect(dump.status == 0 && replay.status == 0 && dump.output == replay.output)
    #expect(dump.output.contains("page_fault") && dump.output.contains("SYSTEM CALL"))
    #expect(piped.status == 0 && piped.output.contains("newfstatat"))
  }

  @Test func whatIsNoRecordingIsRefused() throws {
    let missing = try Tool.ktop("dump", scratch.path + "/missing")
    #expect(missing.status == 66 && missing.errors.contains("No such file"))
    #expect(try Tool.ktop("replay", scratch.path + "/missing").status == 66)
    #expect(try Tool.ktop("dump", scratch.path).status == 66)
    #expect(try Tool.ktop("dump", scratch.file("empty", [])).status == 65)
    let garbage = scratch.file("garbage", (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 >> 3) })
    let result = try Tool.ktop("dump", "--json", garbage)
    #expect(result.status == 65 && result.output.isEmpty && result.errors.contains("is no trace"))
    #expect(try Tool.ktop("replay", garbage).status == 65)
    #expect(try Tool.ktop("dump", scratch.file("text", Array("hello\n".utf8))).status == 65)
    #expect(try Tool.ktop("dump").status == 64)
    #expect(try Tool.ktop("dump", garbage, "--json", "--table").status == 64)
  }

  @Test func namesOfAnotherBuildAreRefused() throws {
    let file = scratch.file("a.rec", Sample(calls: 100).bytes)
    let elf = scratch.file("kernel", Array("\u{7f}ELF but not really".utf8))
    let damaged = try Tool.ktop("dump", file, "--elf", elf)
    #expect(damaged.status == 65 && damaged.errors.contains("ELF"))
    #expect(try Tool.ktop("dump", file, "--elf", scratch.path + "/missing").status == 66)
    var lookup = try NameLookup(elf: nil)
    #expect(try lookup.find([UInt8](repeating: 1, count: 20), streamed: nil, isFirst: true).note != nil)
    lookup = NameLookup(explicit: Sample.names)
    #expect(throws: KtopError.self) { try lookup.find([UInt8](repeating: 1, count: 20), streamed: nil, isFirst: true) }
    #expect(try lookup.find(Machine.buildID, streamed: nil, isFirst: true).table == Sample.names)
  }

  private func json(_ bytes: [UInt8]) throws -> [String: Any] {
    let result = try Tool.ktop("dump", "--json", scratch.file("json.rec", bytes))
    #expect(result.status == 0)
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  private func losses(_ json: [String: Any]) -> [String: Int] { json["losses"] as? [String: Int] ?? [:] }
}
