// The conformance check: our own stream passes, and each way to violate the specification is told as what it is.
import Testing
import TraceModel
import Tracer

@testable import TraceTestSupport

@Suite struct ConformanceTests {
  /// Frames of a short run, without delimiters, and the names of its build.
  private static let frames: [[UInt8]] = {
    let machine = Machine(cpus: 2)
    var workload = Workload(seed: 11)
    for _ in 0..<5 {
      workload.run(machine, calls: 2_000)
      machine.advance(Machine.hertz / 2)
      machine.tick()
      machine.flush()
    }
    return machine.takeBytes().split(separator: 0).map(Array.init)
  }()

  private static func check(_ frames: [[UInt8]], names: NameTable? = nil) -> [String] {
    var check = ConformanceCheck()
    if let names { check.add(names) }
    check.feed(frames.reduce([0]) { $0 + $1 + [0] })
    check.finish()
    return check.violations.map(\.text)
  }

  @Test func ourStreamPasses() { #expect(Self.check(Self.frames) == []) }

  @Test func piecesOfAnySizeAreTheSame() {
    var check = ConformanceCheck()
    let bytes: [UInt8] = Self.frames.reduce([]) { $0 + $1 + [0] }
    for byte in bytes { check.feed([byte]) }
    check.finish()
    #expect(check.violations == [] && check.frames == UInt64(Self.frames.count))
  }

  @Test func consoleTextIsNoViolation() {
    var frames = Self.frames
    frames.insert(Array("console\r\n".utf8), at: 3)
    frames[5] = Array("a line before a frame\n".utf8) + frames[5]
    #expect(Self.check(frames) == [])
  }

  @Test func aFlippedBitIsAWrongSum() {
    var frames = Self.frames
    frames[7][20] ^= 0x40
    let found = Self.check(frames)
    #expect(found.first?.contains("CRC-32 is") == true || found.first?.contains("COBS") == true)
  }

  @Test func aFrameThatIsCutIsTold() {
    var check = ConformanceCheck()
    check.feed(Self.frames[0] + [0, 0x99, 0xaa, 0xbb])
    check.finish()
    #expect(check.violations.map(\.text) == ["the stream ends within a frame of 3 bytes so far"])
    #expect(check.violations.first?.offset == UInt64(Self.frames[0].count + 1))
  }

  @Test func emptinessIsTold() { #expect(Self.check([]) == ["there is no frame in the stream"]) }

  @Test func missingRecordsAreTold() throws {
    var frames = Self.frames
    frames.remove(at: try #require(frames.firstIndex { Self.type($0) == .events }))
    #expect(
      Self.check(frames).first?.hasSuffix("are missing") == true
        || Self.check(frames).first?.contains("LOSS says") == true)
  }

  @Test func repeatedRecordsAreTold() throws {
    var frames = Self.frames
    let index = try #require(frames.firstIndex { Self.type($0) == .events })
    frames.insert(frames[index], at: index)
    #expect(Self.check(frames).first?.hasSuffix("was due: sent twice") == true)
  }

  @Test func silenceOfHelloIsTold() {
    var isFirst = true
    let frames = Self.frames.filter {
      guard Self.type($0) == .hello else { return true }
      defer { isFirst = false }
      return isFirst
    }
    #expect(
      Self.check(frames).contains("no HELLO for more than 2 s of the stream's time; there must be one each second"))
    let none = Self.frames.filter { Self.type($0) != .hello }
    #expect(Self.check(none).first?.contains("before the first HELLO of this boot") == true)
  }

  @Test func namesMustBeWhole() {
    var names = NameTable(buildID: Machine.buildID)
    names.add(kind: .span, id: 5, rank: 0, name: "five")
    let found = Self.check(Self.frames, names: names)
    #expect(found.contains("span 6 has no name") && found.contains("key 1 is on and has no name"))
    #expect(!found.contains("span 5 has no name"))
  }

  /// Changes of a payload, and the violation they must give.
  struct Change: Sendable, CustomStringConvertible {
    var type: FrameType
    var violation: String
    var make: @Sendable ([UInt8]) -> [UInt8]
    var description: String { violation }
  }

  static let changes: [Change] = [
    Change(type: .hello, violation: "HELLO is of version 9, not 1") { Array($0[..<5]) + [9] + $0[6...] },
    Change(type: .hello, violation: "HELLO tells of no CPU") { Array($0[..<7]) + [0] + $0[8...] },
    Change(type: .hello, violation: "HELLO has bytes behind its last field") { $0 + [0] },
    Change(type: .hello, violation: "is not the low half byte of its boot id") { [$0[0] ^ 1] + $0[1...] },
    Change(type: .hello, violation: "HELLO changes a fact of the boot") { Array($0[..<10]) + [$0[10] ^ 1] + $0[11...] },
    Change(type: .events, violation: "EVENTS is of CPU 200, and HELLO tells of 2") { [$0[0], 200] + $0[2...] },
    Change(type: .events, violation: "EVENTS: header or records are malformed") { Array($0[..<3]) },
    Change(type: .counts, violation: "COUNTS: a row is cut") { Array($0.dropLast()) },
    Change(type: .counts, violation: "or its number is above") { $0 + [0xff, 0x7f, 1, 1, 1, 1, 0, 0] },
    Change(type: .counts, violation: "the least, 9, is above the most, 3") { $0 + [1, 1, 1, 9, 3, 0, 0] },
    Change(type: .counts, violation: "more errors than calls") { $0 + [2, 1, 1, 1, 1, 2, 0] },
    Change(type: .counts, violation: "count fell from 7 to 6") { $0 + [3, 7, 1, 1, 1, 0, 0, 3, 6, 1, 1, 1, 0, 0] },
    Change(type: .locks, violation: "contended more often than acquired") { $0 + [3, 1, 2, 0, 0] },
    Change(type: .histogram, violation: "is outside of 0 to 591") { $0 + [0xd0, 0x04, 1] },
    Change(type: .errors, violation: "is outside of 1 to 133") { $0 + [0x86, 0x01, 1] },
    Change(type: .threads, violation: "THREADS: a row is cut") { $0 + [5, 5, 4, 65] },
    Change(type: .threads, violation: "has flags that there are not") { $0 + [5, 5, 0x41, 65] },
    Change(type: .stacks, violation: "has a parent that comes after it") { $0 + [0, 99, 3, 5, 2, 1, 0] },
    Change(type: .stacks, violation: "STACKS ends within a row") { $0 + [0, 99, 1, 0, 2, 5] },
    Change(type: .programs, violation: "PROGRAMS ends within a row") { $0 + [9] },
    Change(type: .lockFacts, violation: "there is no fact of kind 15") { $0 + [0, 0x1f, 0, 1, 0, 0] },
    Change(type: .flight, violation: "FLIGHT: reason 7 is neither 1 nor 2") {
      [$0[0], 5, 1, 1, 1, 7, 0, 1, 9, 3, 1]
    },
    Change(type: .flight, violation: "FLIGHT ends within its trigger") { [$0[0], 5, 1, 1, 1, 1] },
    Change(type: .loss, violation: "LOSS ends within") { Array($0.dropLast(2)) },
  ]

  @Test(arguments: changes)
  func aViolationIsTold(change: Change) throws {
    var frames = Self.frames
    // Not the first of its type: that one may be a HELLO with nothing to be compared with.
    let places = frames.indices.filter { Self.type(frames[$0]) == change.type }
    if let place = places.dropFirst().first ?? places.first {
      frames[place] = Self.encode(change.make(try #require(Self.payload(frames[place]))))
    } else {
      // The machine takes no locks: a frame without a row.
      frames.append(Self.encode(change.make([Frame.head(change.type, tag: 5), 0, 0])))
    }
    #expect(Self.check(frames).contains { $0.contains(change.violation) }, "\(Self.check(frames).prefix(3))")
  }

  @Test func aLongFrameIsTold() {
    let payload = [UInt8](repeating: 0x85, count: 130)
    #expect(Self.check([Self.frames[0], Self.encode(payload)]).contains { $0.contains("the most is 127") })
  }

  private static func payload(_ frame: [UInt8]) -> [UInt8]? {
    var payload = [UInt8](repeating: 0, count: frame.count)
    guard let size = COBS.decode(frame, count: frame.count, into: &payload), size > 4 else { return nil }
    return Array(payload[..<(size - 4)])
  }

  private static func type(_ frame: [UInt8]) -> FrameType? {
    payload(frame).flatMap { FrameType(rawValue: $0[0] >> 4) }
  }

  private static func encode(_ payload: [UInt8]) -> [UInt8] { Array(seal(payload).dropLast()) }
}
