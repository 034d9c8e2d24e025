// Every kind of line that a trace can come over.
import Foundation
import Testing
import TraceModel
import Tracer

@testable import ktop

@Suite struct SourceTests {
  private let scratch = Scratch()
  /// Where the line's end is the end; on a busy machine it may be long in coming.
  private static let patiently = ["--for", "600"]

  @Test func endpointsAreParsed() throws {
    #expect(try Endpoint(parsing: "unix:/a:b") == .unix("/a:b"))
    #expect(try Endpoint(parsing: "some/file") == .path("some/file"))
    #expect(try Endpoint(parsing: "tcp:localhost:99") == .tcp(port: 99, isVersion6: false))
    #expect(try Endpoint(parsing: "tcp:[::1]:99") == .tcp(port: 99, isVersion6: true))
    for wrong in ["", "tcp:99", "tcp:localhost:x", "tcp:localhost:70000", "tcp:example.com:80"] {
      #expect(throws: (any Error).self) { try Endpoint(parsing: wrong) }
    }
  }

  @Test func aSocketIsAskedForHelloAtOnce() throws {
    let path = scratch.file("line")
    let kernel = FakeKernel(unix: path)
    let sample = Sample(calls: 500)
    let ktop = try Tool.start(["dump", "--json", "--attach", path] + Self.patiently)
    kernel.accept()
    #expect(commands(in: kernel.receive()) == [.hello])
    kernel.send(sample.recording)
    kernel.hangUp()
    let result = ktop.wait()
    #expect(result.status == 0 && result.output.contains("\"received\": \(sample.emitted)"))
  }

  @Test func tcpOnLoopback() throws {
    let kernel = FakeKernel()
    let ktop = try Tool.start(["attach", "tcp:127.0.0.1:\(kernel.port)"] + Self.patiently)
    kernel.accept()
    kernel.send(Sample(calls: 500).recording)
    kernel.hangUp()
    let result = ktop.wait()
    #expect(result.status == 0 && result.output.contains("newfstatat"))
  }

  @Test func fifo() throws {
    let path = scratch.file("fifo")
    #expect(mkfifo(path, 0o600) == 0)
    let ktop = try Tool.start(["dump", "--attach", path] + Self.patiently)
    let writer = open(path, O_WRONLY)
    #expect(writeAll(Sample(calls: 500).recording, to: writer))
    close(writer)
    #expect(ktop.wait().output.contains("newfstatat"))
  }

  @Test func aPairOfFIFOs() throws {
    let path = scratch.file("pair")
    #expect(mkfifo(path + ".out", 0o600) == 0 && mkfifo(path + ".in", 0o600) == 0)
    // As QEMU opens them: for both, so that it does not wait.
    let (commands, trace) = (open(path + ".in", O_RDWR), open(path + ".out", O_RDWR))
    let ktop = try Tool.start(["dump", "--attach", path] + Self.patiently)
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(commands, &buffer, buffer.count)
    #expect(self.commands(in: Array(buffer[..<max(0, count)])) == [.hello])
    #expect(writeAll(Sample(calls: 500).recording, to: trace))
    close(trace)
    let result = ktop.wait()
    #expect(result.status == 0 && result.output.contains("newfstatat"))
    close(commands)
  }

  @Test func aTerminal() throws {
    let controller = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var number: Int32 = 0
    // TIOCSPTLCK (0: unlock) and TIOCGPTN, which Swift's Glibc does not have.
    #expect(ioctl(controller, 0x4004_5431, &number) == 0 && ioctl(controller, 0x8004_5430, &number) == 0)
    let recording = Sample(calls: 500).recording
    let ktop = try Tool.start(["record", "/dev/pts/\(number)", "-o", scratch.file("kept")] + Self.patiently)
    // The command has come: the terminal is in raw mode now.
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(controller, &buffer, buffer.count)
    #expect(commands(in: Array(buffer[..<max(0, count)])) == [.hello])
    #expect(writeAll(recording, to: controller))
    // What nobody has read is gone with a terminal's other side.
    #expect(eventually { scratch.read("kept").count >= recording.count })
    close(controller)
    #expect(ktop.wait().status == 0)
    #expect(try Tool.ktop("dump", scratch.file("kept")).output.contains("newfstatat"))
  }

  @Test func aGrowingFileIsFollowed() throws {
    let sample = Sample(calls: 500)
    let recording = sample.recording
    let path = scratch.file("growing", Array(recording[..<1000]))
    let ktop = try Tool.start(["dump", "--json", "--attach", path] + Self.patiently)
    #expect(eventually { ktop.hasRead(1000, of: path) })
    let writer = open(path, O_WRONLY | O_APPEND)
    #expect(writeAll(Array(recording[1000...]), to: writer))
    close(writer)
    #expect(eventually { ktop.hasRead(recording.count, of: path) })
    kill(ktop.process.processIdentifier, SIGTERM)
    let result = ktop.wait()
    #expect(result.status == 143 && result.output.contains("\"received\": \(sample.emitted)"))
    #expect(result.output.contains("\"lost_wire\": 0"))
  }

  @Test func nobodyThere() throws {
    let path = scratch.file("dead")
    do { _ = FakeKernel(unix: path) }
    #expect(try Tool.ktop("attach", path).status == 69)
    #expect(try Tool.ktop("attach", "unix:" + scratch.path + "/none").status == 66)
    #expect(try Tool.ktop("attach", "tcp:localhost:1").status == 69)
    #expect(try Tool.ktop("attach", "tcp:example.com:1").status == 64)
    #expect(try Tool.ktop("record", path, "-o", scratch.file("x")).status == 69)
  }

  @Test func aSilentLine() throws {
    let path = scratch.file("line")
    let kernel = FakeKernel(unix: path)
    let ktop = try Tool.start(["attach", path, "--for", "0.3"])
    kernel.accept()
    let result = ktop.wait()
    #expect(result.status == 69 && result.errors.contains("nothing came"))
  }

  @Test func aRecordingBringsItsNamesAndItsAccounts() throws {
    let path = scratch.file("line")
    let kernel = FakeKernel(unix: path)
    let sample = Sample()
    let ktop = try Tool.start(["record", path, "-o", scratch.file("out.rec")] + Self.patiently)
    kernel.accept()
    // The names come late and in the middle; the recording has them first or where they came.
    kernel.send(sample.recording)
    kernel.hangUp()
    #expect(ktop.wait().status == 0)
    #expect(scratch.read("out.rec").count >= sample.recording.count)
    let dump = try Tool.ktop("dump", "--json", scratch.file("out.rec"))
    #expect(dump.output.contains("\"received\": \(sample.emitted)") && dump.output.contains("page_fault"))
  }

  @Test func recorderPutsNamesFirst() throws {
    let recorder = try Recorder(scratch.file("r.rec"))
    let bytes = Sample(calls: 100).bytes
    try bytes[..<777].withUnsafeBufferPointer(recorder.write)
    recorder.add(names: Sample.names)
    recorder.add(names: Sample.names)
    try Array(bytes[777...]).withUnsafeBufferPointer(recorder.write)
    try recorder.finish(leaving: false)
    #expect(scratch.read("r.rec") == Sample.names.frames() + bytes)
  }

  /// A stream that says all in one piece and is silent then.
  @Test func recorderDoesNotWaitForMore() throws {
    let recording = Sample(calls: 100).recording
    let recorder = try Recorder(scratch.file("r.rec"))
    let source = BytesSource(recording, piece: recording.count)
    let collector = Collector(source, names: try NameLookup(elf: nil), recorder: recorder)
    #expect(try collector.pump())
    #expect(scratch.read("r.rec").count >= recording.count)
  }

  @Test func recorderPutsLateNamesBetweenFrames() throws {
    let recorder = try Recorder(scratch.file("r.rec"))
    let bytes = Sample(calls: 100).bytes
    recorder.addNothing()
    try bytes[..<777].withUnsafeBufferPointer(recorder.write)
    recorder.add(names: Sample.names)
    try Array(bytes[777...]).withUnsafeBufferPointer(recorder.write)
    try recorder.finish(leaving: false)
    var model = TraceModel()
    model.feed(scratch.read("r.rec"))
    model.finish()
    #expect(model.badFrames == 0 && model.names(of: model.session!) == Sample.names)
  }

  @Test func replayKeepsAPace() throws {
    // The sample is some 30 ms of a machine's time.
    let file = scratch.file("a.rec", Sample().recording)
    let start = Clock.seconds()
    #expect(try Tool.ktop("replay", file, "--speed", "0.05").status == 0)
    #expect(Clock.seconds() - start > 0.2)
    #expect(try Tool.ktop("replay", file, "--speed", "0").status == 64)
  }

  private func commands(in bytes: [UInt8]) -> [Command] {
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: ControlParser.bufferBytes)
    defer { buffer.deallocate() }
    var parser = ControlParser(buffer: buffer)
    return bytes.compactMap { parser.receive($0) }
  }
}
