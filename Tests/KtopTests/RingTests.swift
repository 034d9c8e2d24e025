// What is kept of a stream: in a ring on disk, for this ktop and for later ones.
import Foundation
import Testing
import TraceModel

@testable import TraceTestSupport
@testable import ktop

@Suite struct RingTests {
  private func read(_ ring: RingStore) -> [UInt8] {
    var offset = ring.beginning
    var kept: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 7777, alignment: 1)
    defer { buffer.deallocate() }
    while case let count = ring.read(at: offset, into: buffer), count > 0 {
      kept += buffer.prefix(count)
      offset += UInt64(count)
    }
    return kept
  }

  @Test(arguments: [false, true]) func theRingKeepsTheEnd(isKept: Bool) throws {
    let scratch = Scratch()
    let folder = RingFolder(path: scratch.path + "/state/ktop")
    let ring = RingStore(folder, bytes: 8 << 16, isKept: isKept)
    var random = Random(state: 71)
    var all: [UInt8] = []
    while all.count < 3_000_000 {
      // Frames, in pieces that end anywhere; some are much longer than a frame.
      let size = Int.random(in: 1...(all.count % 7 == 0 ? 50_000 : 200), using: &random)
      let piece = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
      piece.withUnsafeBufferPointer { ring.append($0) }
      all += piece
    }
    let kept = ring.end - ring.beginning
    // A segment ends with a frame, so each may be a little larger.
    #expect(ring.end == UInt64(all.count) && kept <= 9 << 16 && kept > 7 << 16)
    #expect(read(ring) == Array(all[Int(ring.beginning)...]))
    #expect(folder.segments.count == (isKept ? RingStore.segmentCount : 0), "what is not kept has no names")
    for segment in folder.segments where segment.start > 0 { #expect(all[Int(segment.start) - 1] == 0) }
  }

  @Test func aDiskThatTakesNothingCostsOnlyTheHistory() throws {
    for isKept in [false, true] {
      let ring = RingStore(RingFolder(path: "/proc/none/ktop"), bytes: 1 << 20, isKept: isKept)
      let collector = Collector(
        BytesSource(Sample(calls: 500).recording), names: try NameLookup(elf: nil), store: ring)
      while try collector.pump() {}
      #expect(collector.snapshot().losses.received > 0 && collector.snapshot(at: 0) == nil)
    }
    #expect(throws: (any Error).self) { try RingStore(keptIn: "/proc/none/ktop", bytes: 1 << 20) }
  }

  private struct Watched {
    let kernel: FakeKernel
    let tool: Tool.Running

    /// Ends it by a signal and returns its status.
    func end(_ signal: Int32) -> Int32 {
      kill(tool.process.processIdentifier, signal)
      return tool.wait().status
    }
  }

  /// A ktop that watches a kernel, which has said `bytes`, until the ring holds them.
  private func watch(_ bytes: [UInt8], _ scratch: Scratch, ring: String) throws -> Watched {
    let line = scratch.path + "/line-\(UInt32.random(in: 0...UInt32.max))"
    let kernel = FakeKernel(unix: line)
    let before = RingFolder(path: scratch.file(ring)).bytes
    let running = try Tool.start(["attach", line, "--record", scratch.file(ring) + "/", "--for", "600"])
    kernel.accept()
    kernel.send(bytes)
    #expect(eventually { RingFolder(path: scratch.file(ring)).bytes == before + bytes.count })
    return Watched(kernel: kernel, tool: running)
  }

  @Test func whatAKilledKtopHasKeptIsThere() throws {
    let scratch = Scratch()
    let running = try watch(Sample(calls: 800).recording, scratch, ring: "ring")
    #expect(running.end(SIGKILL) == SIGKILL)
    let shown = try Tool.ktop("open", scratch.file("ring"))
    #expect(shown.status == 0 && shown.output.contains("newfstatat") && shown.output.contains("page_fault"))
    #expect(shown.output.contains("bad frames 0"))
    let direct = try Tool.ktop("dump", scratch.file("direct", Sample(calls: 800).recording), "--json")
    #expect(try Tool.ktop("dump", scratch.file("ring"), "--csv").output.contains("newfstatat"))
    // In the order of their names the files are a recording.
    let folder = RingFolder(path: scratch.file("ring"))
    let whole = RingFolder.names(in: folder.path).sorted().reduce(into: [UInt8]()) { $0 += scratch.read("ring/" + $1) }
    let joined = try Tool.ktop("dump", scratch.file("joined", whole), "--json")
    func calls(_ tool: Tool) throws -> NSArray? {
      (try JSONSerialization.jsonObject(with: Data(tool.output.utf8)) as? [String: Any])?["syscalls"] as? NSArray
    }
    #expect(try calls(joined) == calls(direct) && calls(joined)?.count ?? 0 > 5)
  }

  @Test func twoDoNotWriteOneRing() throws {
    let scratch = Scratch()
    let first = try watch(Sample(calls: 300).recording, scratch, ring: "ring")
    let second = try Tool.ktop(
      "attach", scratch.file("file", Sample(calls: 300).recording), "--record", scratch.file("ring"), "--once")
    #expect(
      second.status == 69 && second.errors.contains("process \(first.tool.process.processIdentifier)) writes the ring"))
    #expect(try Tool.ktop("open", scratch.file("ring")).status == 0, "reading is no harm")
    #expect(first.end(SIGKILL) == SIGKILL)
    #expect(try Tool.ktop("attach", scratch.file("file"), "--record", scratch.file("ring"), "--once").status == 0)
  }

  @Test func aRingGoesOnWhereItEnded() throws {
    let scratch = Scratch()
    for seed in 1...2 as ClosedRange<UInt64> {
      let bytes = Sample(calls: 300, seed: seed, bootID: 0x51 + seed).bytes
      let running = try watch(bytes, scratch, ring: "ring")
      #expect(running.end(SIGTERM) == 143)
    }
    let shown = try Tool.ktop("dump", scratch.file("ring"), "--json")
    let report = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
    #expect((report?["session"] as? [String: Any])?["boots_seen"] as? Int == 2)
    #expect((report?["stream"] as? [String: Any])?["bad_frames"] as? Int == 0)
  }

  @Test func theShelfKeepsTheLastStreams() throws {
    let scratch = Scratch()
    let environment = ["XDG_STATE_HOME": scratch.path, "XDG_CONFIG_HOME": scratch.path]
    try FileManager.default.createDirectory(atPath: scratch.path + "/apus", withIntermediateDirectories: true)
    _ = scratch.file("apus/ktop.conf", Array("rings = 2\n".utf8))
    #expect(try Tool.ktop("open", environment: environment).status == 66)
    for index in 1...4 {
      let kernel = FakeKernel(unix: scratch.file("line\(index)"))
      let running = try Tool.start(["attach", scratch.file("line\(index)")], environment: environment)
      kernel.accept()
      kernel.send(Sample(calls: 100 * index).recording)
      kernel.hangUp()
      #expect(running.wait().status == 0)
    }
    // A short look takes nobody's place.
    let once = FakeKernel(unix: scratch.file("once"))
    let look = try Tool.start(["attach", scratch.file("once"), "--once", "--for", "60"], environment: environment)
    once.accept()
    once.send(Sample(calls: 100).recording)
    once.hangUp()
    #expect(look.wait().status == 0)
    let list = try Tool.ktop("open", "--list", environment: environment).output.split(separator: "\n")
    #expect(list.count == 2 && list.allSatisfy { $0.contains("/apus/ktop/rings/") }, "\(list)")
    let shown = try Tool.ktop("open", environment: environment)
    let newest = try Tool.ktop("dump", scratch.file("newest", Sample(calls: 400).recording))
    #expect(shown.output.split(separator: "\n").dropFirst(3) == newest.output.split(separator: "\n").dropFirst(3))
    #expect(try Tool.ktop("open", scratch.path).status == 66, "a folder that is none")
  }

  @Test func aRingHasAPast() throws {
    let scratch = Scratch()
    let ring = try RingStore(keptIn: scratch.file("ring"), bytes: 1 << 20)
    let recording = Sample().recording
    recording.withUnsafeBufferPointer { ring.append($0) }
    let source = try RingSource(ring.folder)
    let collector = Collector(source, names: try NameLookup(elf: nil), store: RingReader(source))
    while try collector.pump() {}
    var person = Person(columns: 80, rows: 24, collector: collector)
    let counted = person.app.snapshot.losses.received
    person.press(.character("["))
    #expect(person.text.contains("PAST") && person.app.snapshot.losses.received < counted)
  }
}
