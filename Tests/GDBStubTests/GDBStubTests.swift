// Sampling through a GDB stub, against one that the test plays.
import Foundation
import Recordings
import Testing
import TraceModel
import Tracer
import Unwind

@testable import GDBStub

@Suite struct GDBStubTests {
  @Test func packetsAreCutFromAnyPieces() {
    var reader = PacketReader()
    let bytes = Array("+$OK#9a-$0*\"a#dd$x}\u{3}y#71$bad#00$#00".utf8)
    var found: [String] = []
    for byte in bytes {
      withUnsafeBytes(of: byte) { reader.append($0) }
      while let packet = reader.next() { found.append(String(decoding: packet, as: UTF8.self)) }
    }
    // A run of five more zeros, an escaped #; the one with a wrong sum is passed over.
    #expect(found == ["OK", "000000a", "x#y", ""])
    #expect(PacketCodec.encode("g") == Array("$g#67".utf8))
    #expect(PacketCodec.bytes(hexadecimal: Array("00ffA5".utf8)[...]) == [0, 255, 0xa5])
    #expect(PacketCodec.bytes(hexadecimal: Array("0g".utf8)[...]) == nil)
  }

  @Test func piecesDoNotReachOverPages() {
    #expect(
      StopSampler.pieces(from: 0x1f80, count: 0x1100) == [
        0x1f80..<0x2000, 0x2000..<0x2800, 0x2800..<0x3000, 0x3000..<0x3080,
      ])
    #expect(StopSampler.pieces(from: .max - 15, count: 4096).reduce(0) { $0 + $1.count } < 16)
    #expect(StopSampler.pieces(from: 8, count: 0) == [])
  }

  @Test func everyCPUIsSampledInOneStop() throws {
    let stub = FakeStub()
    let sampler = try StopSampler(try StubConnection(stub.path), stackBytes: 2048)
    #expect(sampler.cpuCount == 2)
    #expect(try sampler.interruptHandler(0) == 0xffff_ffff_8100_0105)
    try sampler.run()
    for _ in 0..<50 {
      let samples = try sampler.sample()
      #expect(samples.map(\.isUser) == [false, true])
      // What lies behind the end of the page is not there.
      #expect(samples.map(\.stack.bytes.count) == [128, 0])
      #expect(
        samples[0].registers
          == StackRegisters(rip: FakeStub.leaf, rsp: FakeStub.stackAddress, rbp: FakeStub.stackAddress))
    }
    #expect(stub.stopCount == 50 && sampler.stops == 50 && sampler.stoppedSeconds > 0)
  }

  private static func kernel() throws -> KernelFile {
    let map = NSTemporaryDirectory() + "map-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: map) }
    // Linked 0x100 lower than it runs.
    let lines = [
      "ffffffff80ffff00 T inner", "ffffffff81000000 T middle", "ffffffff81000005 T asm_exc_divide_error",
      "ffffffff81000100 T outer", "ffffffff81000200 T last",
    ]
    try lines.joined(separator: "\n").write(toFile: map, atomically: true, encoding: .utf8)
    return try KernelFile(elf: nil, systemMap: map)
  }

  @Test func theTraceIsOneThatEveryToolReads() throws {
    let stub = FakeStub()
    var options = StubProfiler.Options()
    options.hertz = 500
    let profiler = try StubProfiler(endpoint: stub.path, kernel: try Self.kernel(), options: options)
    var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65536))
    var account = StubProfiler.Account()
    while true {
      let count = read(profiler.trace, &buffer, buffer.count)
      if count > 0 { bytes += buffer[..<count] }
      if count == 0 { break }
      if count < 0 { usleep(1000) }
      if account.samples == 0 && profiler.current.samples >= 400 { account = profiler.stop() }
    }
    while !stub.isRunning { usleep(1000) }  // The last packet is on its way.
    #expect(account.cpus == 2 && account.samples % 2 == 0 && account.unknownLeaves == 0)
    var check = ConformanceCheck()
    check.feed(bytes)
    check.finish()
    #expect(check.violations == [])
    var model = TraceModel()
    model.feed(bytes)
    model.finish()
    let session = try #require(model.session)
    let stacks = session.stacks(.running)
    #expect(stacks.reduce(0) { $0 + $1.count } == UInt64(account.samples))
    let kernel = try #require(stacks.first { $0.program == 0 })
    let names = try #require(model.names(of: session))
    // The functions are linked 0x100 below where they are found.
    let inside = kernel.frames.dropLast().map { $0 - 1 } + [kernel.frames[2]]
    #expect(inside.map { names.function(at: $0) } == ["outer", "middle", "inner"])
    #expect(session.programs[1]?.name == "user" && session.sampleRate == 500)
    #expect(session.cost.ticksSpent > 0)
  }

  @Test func aMachineThatEndsIsTold() throws {
    let stub = FakeStub(stops: 10)
    let profiler = try StubProfiler(endpoint: stub.path, kernel: try Self.kernel())
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = read(profiler.trace, &buffer, buffer.count), count != 0 { if count < 0 { usleep(1000) } }
    #expect(profiler.stop().failure?.message == "the machine has ended")
    #expect(profiler.current.samples == 20)
    close(profiler.trace)
  }

  @Test func whatIsNotThereIsRefused() throws {
    #expect(throws: ToolError.self) { _ = try StubConnection("/no/such/socket") }
    #expect(throws: ToolError.self) { _ = try StubConnection("127.0.0.1:port") }
    #expect(throws: ToolError.self) { _ = try KernelFile(elf: "/no/such/file", systemMap: nil) }
    #expect(throws: ToolError.self) { _ = try KernelFile(elf: "/bin/true", systemMap: "/dev/null") }
  }
}
