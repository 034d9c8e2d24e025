// Boots, late readers, recordings with names, and text on the same line.
import Testing
import TraceModel
import Tracer

@testable import TraceTestSupport

@Suite struct SessionTests {
  @Test func aResetOpensAnotherSession() throws {
    let first = stream(bootID: 0x11, calls: 2000)
    let second = stream(bootID: 0x22, calls: 1000)
    let model = decode(Array(first.bytes.dropLast(40)) + second.bytes)
    #expect(model.sessions.count == 2)
    #expect(model.sessions[1].losses == Losses(received: second.emitted))
    #expect(model.sessions[1].hello?.bootID == 0x22)
  }

  /// Rates of locks count in seconds of the clock that HELLO tells.
  @Test(arguments: [0, 1, 1 << 47, 1 << 48, 1 << 63, UInt64.max]) func aClockThatNoMachineHas(hertz: UInt64) throws {
    let table = ThreadTable(initialize: room(4096), capacity: 4)
    let programs = ProgramTable(initialize: room(4096), capacity: 4)
    let id = room(64).assumingMemoryBound(to: UInt8.self)
    let boot = BootInfo(bootID: 5, buildID: id, tscHertz: hertz, tscAtBoot: 1, tickShift: 0)
    let memory = room(Drain.bytesNeeded(cpus: 1, threads: 4, programs: 4))
    var drain = Drain(initialize: memory, boot: boot, cpus: 1, threads: table, programs: programs)
    var line = Line()
    line.ticksPerByte = 1
    drain.flush(&line, limit: 1000)
    let model = decode(line.bytes)
    #expect((model.session?.hello == nil) == (hertz == 0 || hertz >= 1 << 48))
    _ = model.session.map { model.lockRows(of: $0) }
  }

  private func room(_ bytes: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
  }

  @Test func bootsWithTheSameTagAreToldApartByHello() {
    let model = decode(stream(bootID: 0x15, calls: 500).bytes + stream(bootID: 0x25, calls: 700).bytes)
    #expect(model.sessions.map { $0.systemCalls.values.reduce(0) { $0 + $1.count } } == [500, 700])
  }

  @Test func aLateReaderAccountsFromWhatItSaw() throws {
    let machine = Machine()
    var workload = Workload(seed: 3)
    workload.run(machine, calls: 5000)
    // Four seconds, so that the reader finds a HELLO that is not the first.
    for _ in 0..<1000 {
      machine.advance(Machine.hertz / 250)
      machine.tick()
    }
    _ = machine.takeBytes()
    let before = machine.emitted[0]
    machine.send(.hello)
    workload.run(machine, calls: 3000)
    machine.flush()
    let session = try #require(decode(machine.takeBytes()).session)
    #expect(session.losses == Losses(received: machine.emitted[0] - before))
    #expect(session.systemCalls.values.reduce(0) { $0 + $1.count } == 8000)
  }

  @Test func firstBytesAfterARequestTellEverything() throws {
    let machine = Machine()
    var workload = Workload(seed: 3)
    workload.run(machine, calls: 5000)
    machine.flush()
    _ = machine.takeBytes()
    machine.send(.hello)
    machine.advance(Machine.hertz / 250)
    machine.tick()
    let model = decode(machine.takeBytes())
    #expect(model.session?.hello != nil)
    #expect(model.systemCallRows(of: model.session!).contains { $0.name == "read" && $0.p99 != nil })
  }

  @Test func consoleTextIsKeptApart() {
    let frames = stream(bootID: 0x31, calls: 300)
    var bytes: [UInt8] = []
    for (index, frame) in frames.bytes.split(separator: 0).enumerated() {
      if index % 3 == 0 { bytes += Array("line \(index)\n".utf8) }
      bytes += frame + [0]
    }
    bytes += Array("panic: \u{1b}[1mthe end\n".utf8)
    let model = decode(bytes)
    #expect(model.badFrames == 0)
    #expect(model.session?.losses == Losses(received: frames.emitted))
    #expect(String(decoding: model.console, as: UTF8.self).hasSuffix("the end\n"))
    #expect(model.consoleBytes == UInt64(model.console.count))
  }

  @Test func piecesOfAnySizeMakeTheSameModel() {
    let bytes = stream(bootID: 0x41, calls: 2000).bytes
    let whole = decode(bytes).json.text
    var random = Random(state: 8)
    var model = TraceModel()
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Int(random.next() % 97))
      model.feed(Array(bytes[start..<end]))
      start = end
    }
    model.finish()
    #expect(model.json.text == whole)
  }

  @Test func namesOfAnotherBuildAreRefused() throws {
    var model = decode(stream(bootID: 0x51, calls: 10).bytes)
    #expect(throws: BuildMismatch.self) { try model.add(NameTable(buildID: [UInt8](repeating: 1, count: 20))) }
    var table = NameTable(buildID: Machine.buildID)
    table.add(kind: .span, id: 6, rank: 0, name: "page_fault")
    try model.add(table)
    #expect(model.spanName(6, of: model.session!) == "page_fault")
  }

  @Test func aRecordingBringsItsNames() throws {
    var table = NameTable(buildID: Machine.buildID)
    for id in 1...40 { table.add(kind: .lock, id: id, rank: id * 2, name: "lock-number-\(id)") }
    table.add(kind: .key, id: 0, rank: 0, name: "syscalls")
    let model = decode(table.frames() + stream(bootID: 0x61, calls: 10).bytes)
    #expect(model.names(of: try #require(model.session)) == table)
  }

  @Test func quantilesAreWithinTheirBound() throws {
    let machine = Machine()
    var random = Random(state: 12)
    var truth: [UInt64] = []
    for _ in 0..<20_000 {
      let start = machine.begin()
      let duration = random.duration(median: 9_000, sigma: 1.5)
      truth.append(duration)
      machine.advance(duration)
      machine.systemCall(0, from: start)
      if truth.count % 1000 == 0 { machine.flush() }
    }
    machine.flush()
    truth.sort()
    let counter = try #require(decode(machine.takeBytes()).session?.systemCalls[0])
    for q in [0.01, 0.5, 0.9, 0.99, 0.999] {
      let exact = Double(truth[Int((q * 20_000).rounded(.up)) - 1])
      #expect(abs(Double(counter.quantile(q)!) - exact) / exact <= 0.0313)
    }
    #expect(counter.max == truth.last && counter.min == truth.first && counter.sum == truth.reduce(0, +))
  }

  private func stream(bootID: UInt64, calls: Int) -> (bytes: [UInt8], emitted: UInt64) {
    let machine = Machine(bootID: bootID)
    var workload = Workload(seed: bootID)
    workload.run(machine, calls: calls)
    machine.flush()
    return (machine.takeBytes(), machine.emitted[0])
  }
}
