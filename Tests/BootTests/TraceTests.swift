// The tracer on a real kernel: counts that are exact, losses that add up, a line that never holds the kernel up, and
// commands from the host.

import Foundation
import Guest
import LinuxABI
import SystemPackage
import Testing
import TraceModel
import Tracer

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct TraceTests {
  /// Runs with the trace line in a file and decodes it.
  private func record(_ command: [String], append: String, additions: [Initramfs.Addition] = []) async throws
    -> TraceModel
  {
    let file = FilePath(NSTemporaryDirectory()).appending("apus-trace-\(UUID().uuidString)")
    defer { unlink(file.string) }
    let result = try await Machine.run(command) {
      $0.traceLine = .file(file)
      $0.append = append
      $0.additions = additions
    }
    #expect(result.report.end == .exited(0), "\(result.console)")
    var model = TraceModel()
    model.feed(try HostFile.read(file))
    model.finish()
    return model
  }

  @Test func countsEverySystemCallAndError() async throws {
    let program = CProgram(name: "calls")
    let file = try await program.build()
    defer { unlink(file) }
    let model = try await record(
      ["/calls", "5000", "70"], append: "trace=all", additions: [Initramfs.Addition(source: file, target: "/calls")])
    let session = try #require(model.session)
    let getpid = try #require(session.systemCalls[SyscallNumber.getpid.rawValue])
    #expect(getpid.count == 5000)
    #expect(getpid.buckets.reduce(0, +) == 5000)
    #expect(getpid.min > 0 && getpid.min <= getpid.max && getpid.sum >= 5000 * getpid.min)
    let close = try #require(session.systemCalls[SyscallNumber.close.rawValue])
    #expect(close.errnos[Int(LinuxABI.Errno.EBADF.rawValue)] == 70)
    let unknown = try #require(session.systemCalls[499])
    #expect(unknown.unimplemented == 1)
  }

  /// A pipe-fed shell makes thousands of records; each is received or counted as lost, and a file loses none.
  @Test func accountsForEveryRecord() async throws {
    let model = try await record(
      ["sh", "-c", "for i in 1 2 3 4 5 6 7 8; do ls -lR /etc /dev | sort | uniq -c | wc -l; done"], append: "trace=all")
    let session = try #require(model.session)
    #expect(session.losses.received > 1000)
    #expect(session.losses.lostWire == 0)
    #expect(session.losses.emitted == session.losses.received + session.losses.droppedSource)
    #expect(model.badFrames == 0 && model.malformedFrames == 0)
    for span in [apusSpan.exec, apusSpan.fork, apusSpan.wait, apusSpan.path, apusSpan.fault, apusSpan.switch] {
      #expect((session.spans[span]?.count ?? 0) > 0, "span \(span)")
    }
    #expect(session.locks.values.contains { $0.acquired > 100 })
    #expect(session.threads.threads.values.contains { $0.name == "sort" || $0.name == "sh" })
  }

  private enum apusSpan {
    static let exec = 1
    static let fork = 2
    static let wait = 4
    static let path = 5
    static let fault = 6
    static let `switch` = 7
  }

  /// What the tracer says of its probes' instructions is what a run takes more with them, less the drain: the clock counts
  /// instructions here.
  @Test(arguments: ["syscalls", "fault", "locks", "samples", "blocking", "all"])
  func theTracerKnowsWhatItTakes(keys: String) async throws {
    func run(_ words: String) async throws -> (probes: Double, told: Double) {
      let file = FilePath(NSTemporaryDirectory()).appending("apus-trace-\(UUID().uuidString)")
      defer { unlink(file.string) }
      let script = "for i in 1 2 3 4 5 6 7 8 9 10; do ls -lR /bin | sort | wc -l; grep -c a /etc/passwd; done"
      let result = try await Machine.shell(script) {
        $0.countsInstructions = true
        $0.traceLine = .file(file)
        $0.append = words
      }
      var model = TraceModel()
      model.feed(try HostFile.read(file))
      model.finish()
      let session = try #require(model.session)
      let ticks = try #require(result.report.ticks)
      return (Double(ticks) - (session.drainNanoseconds ?? 0), Double(session.probeInstructions ?? 0))
    }
    let (with, without) = (try await run("trace=\(keys)"), try await run(""))
    let ratio = with.told / (with.probes - without.probes)
    #expect(without.told == 0)
    #expect(abs(ratio - 1) < 0.33, "told \(with.told), taken \(with.probes - without.probes)")
  }

  /// Off means off: no record, and HELLO still tells who is there.
  @Test func recordsNothingWhenOff() async throws {
    let model = try await record(["sh", "-c", "ls / | wc -l; sleep 0.1"], append: "")
    let session = try #require(model.session)
    #expect(session.losses.emitted == 0)
    #expect(session.systemCalls.isEmpty)
    #expect(session.hello?.enabledKeys == 0)
  }

  /// A reader that never reads: the kernel goes on, and drops.
  @Test func aStuckReaderDoesNotHoldTheKernelUp() async throws {
    let path = FilePath(NSTemporaryDirectory()).appending("apus-sock-\(UUID().uuidString.prefix(8))")
    defer { unlink(path.string) }
    let start = ContinuousClock.now
    let script = "i=0; while [ $i -lt 300 ]; do echo $i | cat > /dev/null; i=$((i+1)); done; echo finished"
    async let run = Machine.shell(script, timeout: 60) {
      $0.traceLine = .socket(path)
      $0.append = "trace=all"
    }
    let reader = try await TraceSocket.connect(path)
    let result = try await run
    #expect(result.console == "finished\n")
    reader.close()
    #expect(ContinuousClock.now - start < .seconds(40))
  }

  /// The host switches probes, asks for HELLO, resets, pings, and sends garbage.
  @Test func obeysTheHost() async throws {
    let path = FilePath(NSTemporaryDirectory()).appending("apus-sock-\(UUID().uuidString.prefix(8))")
    defer { unlink(path.string) }
    _ = try await Machine.shell("while :; do ls > /dev/null; done") {
      $0.traceLine = .socket(path)
    } body: { guest in
      try await Self.command(TraceSocket.connect(path))
      guest.powerOff()
    }
  }

  private static func command(_ line: TraceSocket) async throws {
    try await line.wait(for: "HELLO") { $0.session?.hello != nil }
    try line.send(.enable(KeyMask.all))
    try await line.wait(for: "all keys on") { $0.session?.hello?.enabledKeys == KeyMask.all }
    try await line.wait(for: "counts") { !($0.session?.spans.isEmpty ?? true) }
    try line.send(.disable(1))
    try await line.wait(for: "one key off") { $0.session?.hello?.enabledKeys == KeyMask.all & ~1 }
    try line.send(.ping(0x1234_5678_9abc))
    try await line.wait(for: "pong") { $0.session?.pong?.token == 0x1234_5678_9abc }
    let before = line.model.session?.hello?.badCommandBytes ?? 0
    try line.sendRaw([UInt8](repeating: 0x55, count: 100) + [0])
    try line.send(.hello)
    try await line.wait(for: "garbage counted") { ($0.session?.hello?.badCommandBytes ?? 0) >= before + 100 }
    let generation = line.model.session?.hello?.generation ?? 0
    try line.send(.reset)
    try await line.wait(for: "reset") { ($0.session?.hello?.generation ?? 0) == generation + 1 }
    line.close()
  }
}
