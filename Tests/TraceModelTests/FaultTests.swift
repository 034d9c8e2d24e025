// Damage on the line: counted, resynchronised, exactly accounted, never shown as data.
import Testing
import TraceModel
import Tracer

@testable import TraceTestSupport

enum Fault: CaseIterable { case flip, drop, insert, burst, duplicate, cut, mixed }

@Suite struct FaultTests {
  @Test(arguments: Fault.allCases, [1e-5, 1e-4, 1e-3])
  func accountIsExact(fault: Fault, rate: Double) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let machine = Machine(cpus: 2, ringWords: 1 << 14)
      var workload = Workload(seed: seed)
      workload.run(machine, calls: 6_000)
      machine.flush()
      let clean = machine.takeBytes()
      var damage = Damage(random: Random(state: seed &* 977), fault: fault, rate: rate)
      // What is asked for after the damage tells the reader what it has missed.
      machine.send(.hello)
      machine.flush()
      check(damaged: damage.apply(to: clean), clean: clean, tail: [0] + machine.takeBytes(), machine)
    }
  }

  /// A line that is too slow, rings of four CPUs that run over, and damage on the line: each CPU's account is exact.
  @Test(arguments: Fault.allCases, [1e-5, 1e-3])
  func accountIsExactWithFullRings(fault: Fault, rate: Double) throws {
    let machine = Machine(cpus: 4, ringWords: 512)
    machine.line.ticksPerByte = 13_333  // 5 µs a byte
    var workload = Workload(seed: 21)
    workload.run(machine, calls: 30_000)
    var damage = Damage(random: Random(state: 22), fault: fault, rate: rate)
    let damaged = damage.apply(to: machine.takeBytes())
    machine.line.ticksPerByte = 0
    machine.send(.hello)
    machine.flush()
    var model = TraceModel()
    model.feed(damaged + [0] + machine.takeBytes())
    model.finish()
    let session = try #require(model.session)
    #expect(model.sessions.count == 1 && model.malformedFrames == 0)
    for cpu in 0..<4 {
      let losses = session.cpus[cpu]?.losses ?? Losses()
      #expect(losses.emitted == machine.emitted[cpu], "CPU \(cpu)")
      #expect(losses.droppedSource > 100, "CPU \(cpu)")
      #expect(losses.received + losses.lostWire + losses.droppedSource == machine.emitted[cpu], "CPU \(cpu)")
    }
    #expect(session.systemCalls.values.reduce(0) { $0 + $1.count } == 30_000)
  }

  private func check(damaged: [UInt8], clean: [UInt8], tail: [UInt8], _ machine: Machine) {
    var truth: [[TraceEvent]] = [[], []]
    var model = TraceModel()
    model.feed(clean) { truth[Int($0.cpu)].append($0) }
    var seen: [[TraceEvent]] = [[], []]
    model = TraceModel()
    model.feed(damaged + tail) { seen[Int($0.cpu)].append($0) }
    model.finish()
    guard let session = model.session else { return #expect(Bool(false), "no session") }
    #expect(model.sessions.count == 1 && model.malformedFrames == 0)
    for cpu in 0..<2 {
      let losses = session.cpus[cpu]?.losses ?? Losses()
      #expect(losses.emitted == machine.emitted[cpu])
      #expect(losses.droppedSource == 0)
      #expect(losses.lostWire == machine.emitted[cpu] - losses.received)
      #expect(isSubsequence(seen[cpu], of: truth[cpu]))
    }
    #expect(session.systemCalls.values.reduce(0) { $0 + $1.count } == 6_000)
  }

  private func isSubsequence(_ part: [TraceEvent], of whole: [TraceEvent]) -> Bool {
    var rest = whole[...]
    for event in part {
      guard let index = rest.firstIndex(of: event) else { return false }
      rest = rest[(index + 1)...]
    }
    return true
  }

  @Test func anyBytesAreSurvived() {
    var random = Random(state: 42)
    for _ in 0..<200 {
      var model = TraceModel()
      for _ in 0..<20 {
        let count = Int(random.next() % 600)
        model.feed((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 13) })
      }
      model.finish()
      #expect(model.session == nil)
      #expect(model.badBytes + model.consoleBytes <= model.bytesReceived)
    }
  }

  // Frames whose checksum is right and whose contents are arbitrary: a hostile kernel, not a bad line.
  @Test func anyPayloadIsSurvived() {
    var random = Random(state: 43)
    var model = TraceModel()
    for round in 0..<40_000 {
      var payload = (0..<Int(random.next() % 121 + 1)).map { _ in UInt8(truncatingIfNeeded: random.next() >> 7) }
      payload[0] = UInt8(truncatingIfNeeded: round % 12) << 4 | 3
      model.feed(seal(payload))
    }
    model.finish()
    _ = model.json.text
    #expect(model.framesReceived == 40_000)
  }

  /// Rows far behind the last one, on every CPU that there can be: found by the fuzzer, which ran out of memory.
  @Test func aFewBytesDoNotFillTheMemory() throws {
    var model = TraceModel()
    for cpu in 0...255 as ClosedRange<UInt8> {
      // One row, number 2^20 - 1: a root of the kind on-CPU, counted once.
      model.feed(seal([Frame.head(.stacks, tag: 3), 0, cpu, 0, 99, 0xff, 0xff, 0x7f, 0, 2, 1, 0]))
    }
    #expect(try #require(model.session).stacks(.running).count == 256)
    #expect(model.malformedFrames == 0)
  }

  /// A trigger that was too slow by its own word, before any HELLO has said what a tick is: found by the fuzzer.
  @Test func aTriggerWithoutAUnitIsTold() throws {
    var model = TraceModel()
    model.feed(seal([Frame.head(.flight, tag: 3), 5, 1, 1, 1, TriggerReason.latency.rawValue, 0, 1, 90, 80, 7]))
    let session = try #require(model.session)
    #expect(model.text(of: try #require(session.triggers.first), in: session).contains("80 ticks"))
    #expect(!model.json.text.isEmpty)
  }

  @Test func mutatedFramesAreSurvived() {
    let machine = Machine(cpus: 2)
    var workload = Workload(seed: 9)
    workload.run(machine, calls: 3_000)
    machine.flush()
    var random = Random(state: 44)
    var model = TraceModel()
    for encoded in machine.takeBytes().split(separator: 0) {
      var payload = [UInt8](repeating: 0, count: encoded.count)
      guard let size = COBS.decode(Array(encoded), count: encoded.count, into: &payload) else { continue }
      payload.removeLast(payload.count - size + 4)
      payload[Int(random.next() % UInt64(payload.count))] ^= 1 << UInt8(random.next() % 8)
      model.feed(seal(payload))
    }
    model.finish()
    _ = model.json.text
  }
}

func seal(_ payload: [UInt8]) -> [UInt8] {
  var payload = payload
  let count = payload.count
  payload += [0, 0, 0, 0]
  return [UInt8](unsafeUninitializedCapacity: count + 8) { wire, written in
    written = Frame.seal(&payload, count: count, into: wire.baseAddress!)
  }
}

/// Damages bytes at a rate, by one kind of fault.
struct Damage {
  var random: Random
  var fault: Fault
  var rate: Double

  mutating func apply(to bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var frame: [UInt8] = []
    var index = 0
    while index < bytes.count {
      frame.append(bytes[index])
      if isHit { damage(bytes, &index, &output, &frame) } else { output.append(bytes[index]) }
      if index < bytes.count && bytes[index] == 0 { frame = [] }
      index += 1
    }
    return output
  }

  private var isHit: Bool { mutating get { Double.random(in: 0..<1, using: &random) < rate } }

  private mutating func damage(_ bytes: [UInt8], _ index: inout Int, _ output: inout [UInt8], _ frame: inout [UInt8]) {
    let kinds: [Fault] = [.flip, .drop, .insert, .burst, .duplicate, .cut]
    switch fault == .mixed ? kinds.randomElement(using: &random)! : fault {
    case .flip: output.append(bytes[index] ^ 1 << UInt8(random.next() % 8))
    case .drop: break
    case .insert: output += [UInt8(truncatingIfNeeded: random.next()), bytes[index]]
    case .burst:
      let length = Int(random.next() % 300) + 1
      output += (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      index += length - 1
    case .duplicate:
      // The rest of this frame, then the whole frame once more.
      let end = bytes[index...].firstIndex(of: 0) ?? bytes.count - 1
      let rest = bytes[index...end]
      output += rest + frame.dropLast() + rest
      index = end
    case .cut: index += Int(random.next() % 2000)
    case .mixed: break
    }
  }
}
