// docs/wire-vectors.txt holds frames and what they mean. The encoder must still make them and the decoder still read
// them. APUS_RECORD=1 writes the file anew; the test fails then, so that nobody records by accident.
import Foundation
import Testing
import Tracer

@testable import TraceModel
@testable import TraceTestSupport

@Suite struct VectorTests {
  static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../docs/wire-vectors.txt").standardized

  @Test func vectorsStillHold() throws {
    let text = Self.vectors()
    if ProcessInfo.processInfo.environment["APUS_RECORD"] != nil {
      try text.write(to: Self.file, atomically: true, encoding: .utf8)
      Issue.record("recorded; run again without APUS_RECORD")
    }
    #expect(try String(contentsOf: Self.file, encoding: .utf8) == text)
  }

  @Test func everyVectorDecodesAsItSays() throws {
    let blocks = try String(contentsOf: Self.file, encoding: .utf8).components(separatedBy: "\n\n").dropFirst()
    #expect(blocks.count > 10)
    for block in blocks {
      let lines = block.split(separator: "\n").map(String.init)
      let wire = lines[1].dropFirst(5).split(separator: " ").map { UInt8($0, radix: 16)! }
      #expect(lines.dropFirst(2).elementsEqual(Describer.describe(wire)), "\(lines[0])")
    }
  }

  /// A little of everything, on a clock that stands at a round number.
  private static func vectors() -> String {
    let machine = Machine(cpus: 2, bootID: 0x0123_4567_89ab_cdef)
    machine.run(machine.thread(42, "sh"))
    let call = machine.begin()
    machine.advance(1600)
    let path = machine.begin()
    machine.advance(4800)
    machine.span(5, from: path)
    machine.advance(160)
    machine.systemCall(257, from: call, result: -2)
    machine.run(machine.thread(43, "cat"))
    let read = machine.begin()
    machine.advance(32_000)
    machine.systemCall(0, from: read, result: 512)
    machine.systemCall(1000, from: read, result: -38)
    machine.span(2, from: read, argument: 44)
    machine.percpu[0].pointee.lock_acquired.7 = 300
    machine.percpu[1].pointee.lock_contended.7 = 2
    machine.traces[0].waited(6, ticks: 5000, site: 17, waiter: 0x7f80_0020_1000)
    machine.traces[1].taken(
      0x6000_0000_0040, 6, site: 33, by: LockTaker(row: 257, serial: 9, context: 0), now: machine.line.clock)
    machine.traces[1].released(0x6000_0000_0040, now: machine.line.clock + 700)
    let sh = machine.program("sh", "/bin/sh", base: 0x5555_5555_4000)
    machine.stack(.running, program: sh, [0x7f80_0020_2000, 0x7f80_0020_1000, 0x5555_5555_5000])
    machine.stack(.running, program: sh, [0x7f80_0020_1fff, 0x7f80_0020_1000, 0x5555_5555_5000])
    machine.stack(.sleeping, program: sh, [0x7f80_0020_3000], amount: 9000)
    machine.send(.flight(FlightRules(seconds: 5, row: FlightRules.anyRow, threshold: 80_000)))
    machine.send(.trigger)
    machine.send(.ping(0x1122_3344_5566_7788))
    machine.send(.process(ProcessFilter(pid: 42, withChildren: true)))
    machine.send(.rows(RowRange(first: 100, count: 400), .off))
    machine.flush()
    var names = NameTable(buildID: Machine.buildID)
    names.add(kind: .span, id: 5, rank: 0, name: "path_lookup")
    names.add(kind: .lock, id: 7, rank: 28, name: "inode")
    var text =
      "# Frames as on the line, delimiter included, and what they mean. Read by the tests: see wire-format.md.\n"
    names.sites[17] = NameTable.LockSite(address: 0x7f80_0020_1004, lockClass: 6)
    names.functions = FunctionTable([(0x7f80_0020_1000, 64, "open")])
    let frames = [machine.takeBytes(), names.frames(), names.functionFrames()].flatMap { $0.split(separator: 0) }
    for frame in frames { text += block(Array(frame) + [0]) }
    for command in [
      .hello, .enable(0x1f), .disable(2), .reset, .ping(0x1122_3344_5566_7788), .rate(997),
      .flight(FlightRules(seconds: 5, row: 0, threshold: 80_000)), .trigger,
      .process(ProcessFilter(pid: 42, withChildren: true)), .rows(RowRange(first: 39, count: 1), .only),
      .consoleSize(rows: 40, columns: 132),
    ] as [Command] {
      var wire = [UInt8](repeating: 0, count: 40)
      let count = command.encode(into: &wire)
      text += block(Array(wire[1..<count]))
    }
    return text
  }

  private static func block(_ wire: [UInt8]) -> String {
    let hex = wire.map { NameTable.hexadecimal([$0]) }.joined(separator: " ")
    let lines = Describer.describe(wire)
    return "\n[\(lines[0].prefix { $0 != " " })]\nwire \(hex)\n" + lines.joined(separator: "\n") + "\n"
  }
}

/// A frame in words.
enum Describer {
  static func describe(_ wire: [UInt8]) -> [String] {
    var payload = [UInt8](repeating: 0, count: wire.count)
    guard let size = COBS.decode(wire, count: wire.count - 1, into: &payload), size > 4 else { return ["damaged"] }
    payload.removeLast(payload.count - size + 4)
    return payload.withUnsafeBufferPointer { bytes in
      var reader = FrameReader(bytes, from: 1)
      guard let type = FrameType(rawValue: bytes[0] >> 4) else { return ["unknown"] }
      return lines("\(type) tag \(bytes[0] & 15)", type, &reader)
    }
  }

  private static func lines(_ head: String, _ type: FrameType, _ reader: inout FrameReader) -> [String] {
    switch type {
    case .hello: return hello(head, &reader)
    case .events: return events(head, &reader)
    case .counts:
      return [head + integers(["generation", "time"], &reader)]
        + rows(&reader) {
          "  row" + integers(["index", "count", "sum", "min", "max", "errors", "unimplemented"], &$0)
        }
    case .locks:
      return [head + integers(["generation", "time"], &reader)]
        + rows(&reader) {
          "  lock" + integers(["class", "acquired", "contended", "wait_sum", "wait_max"], &$0)
        }
    case .histogram, .errors:
      return [head + integers(["generation", "row"], &reader)]
        + rows(&reader) {
          "  cell" + integers(["skip", "value"], &$0)
        }
    case .loss:
      return [head + integers(["time", "bytes", "frames", "drain_tsc", "unnamed"], &reader)]
        + rows(&reader) {
          "  cpu \($0.byte()!)"
            + integers(["index", "pending"], &$0) + dropped(&$0)
        }
    case .threads:
      return [head]
        + rows(&reader) {
          let ids = integers(["tid", "pid"], &$0)
          let flags = $0.byte()!
          return "  thread\(ids) dead \(flags >> 7) name \(String(decoding: $0.bytes(Int(flags & 15))!, as: UTF8.self))"
        }
    case .names:
      return [head + " build \(NameTable.hexadecimal(reader.bytes(20)!))"]
        + rows(&reader) {
          let kind = $0.byte()!
          if kind == 128 { return "  site" + integers(["number", "address"], &$0) + " class \($0.byte()!)" }
          if kind == 129 {
            let place = integers(["address", "size"], &$0)
            return "  function\(place) \(String(decoding: $0.bytes(Int($0.byte()!))!, as: UTF8.self))"
          }
          let row = [kind] + $0.bytes(3)!
          return
            "  name kind \(row[0]) id \(row[1]) rank \(row[2]) \(String(decoding: $0.bytes(Int(row[3]))!, as: UTF8.self))"
        }
    case .lockFacts:
      return [head + integers(["generation"], &reader) + " cpu \(reader.byte()!)" + integers(["refused"], &reader)]
        + rows(&reader) { "  fact" + integers(["key", "second", "count", "sum", "max"], &$0) }
    case .programs:
      return [head]
        + rows(&reader) {
          let numbers = integers(["number", "base"], &$0)
          let name = String(decoding: $0.bytes(Int($0.byte()!))!, as: UTF8.self)
          return "  program\(numbers) name \(name) path \(String(decoding: $0.bytes(Int($0.byte()!))!, as: UTF8.self))"
        }
    case .stacks:
      return [
        head + integers(["generation"], &reader) + " cpu \(reader.byte()!)" + integers(["refused", "rate"], &reader)
      ]
        + rows(&reader) {
          let head = $0.varint()!
          let place = "  node skip \(head >> 1)"
          return (head & 1 == 0 ? place : place + integers(["parent", "distance"], &$0))
            + integers(["count", "sum"], &$0)
        }
    case .filter:
      return [head + integers(["pid"], &reader) + " flags \(reader.byte()!)" + integers(["first"], &reader)]
        + rows(&reader) { "  rows" + integers(["number"], &$0) }
    case .flight:
      let rules = head + integers(["seconds", "row", "threshold", "triggers"], &reader)
      return [rules]
        + rows(&reader) {
          "  trigger reason \($0.byte()!) cpu \($0.byte()!)" + integers(["row", "end", "duration", "thread"], &$0)
        }
    case .pong: return [head + " token \(reader.word64()!) tsc \(reader.word64()!)"]
    case .command: return [head + " bytes \(NameTable.hexadecimal(Array(reader.rest)))"]
    }
  }

  private static func hello(_ head: String, _ reader: inout FrameReader) -> [String] {
    guard let hello = HelloFrame(&reader) else { return ["damaged"] }
    return [
      head,
      "  version \(hello.version) abi \(hello.abi) cpus \(hello.cpuCount) tick_shift \(hello.tickShift)",
      "  build \(NameTable.hexadecimal(hello.buildID))",
      "  boot \(String(hello.bootID, radix: 16)) tsc_hz \(hello.tscHertz) tsc_at_boot \(hello.tscAtBoot) now \(hello.now)",
      "  keys \(hello.enabledKeys) sequence \(hello.sequence) generation \(hello.generation) bad \(hello.badCommandBytes)",
    ]
  }

  private static func events(_ head: String, _ reader: inout FrameReader) -> [String] {
    var frame = EventFrame()
    guard frame.read(&reader) else { return ["damaged"] }
    return ["\(head) cpu \(frame.cpu) index \(frame.index) dropped \(frame.dropped)"]
      + frame.events.map {
        "  event symbol \($0.symbol.rawValue) thread \($0.thread) end \($0.end) duration \($0.duration)"
          + " errno \($0.errno) argument \($0.argument) off_cpu \($0.offCPU)"
      }
  }

  private static func dropped(_ reader: inout FrameReader) -> String {
    let classes = Int(reader.varint()!)
    return " classes \(classes)" + integers((0..<classes).map { "dropped\($0)" }, &reader)
  }

  private static func rows(_ reader: inout FrameReader, _ row: (inout FrameReader) -> String) -> [String] {
    var lines: [String] = []
    while !reader.isAtEnd { lines.append(row(&reader)) }
    return lines
  }

  private static func integers(_ names: [String], _ reader: inout FrameReader) -> String {
    names.map { " \($0) \(reader.varint()!)" }.joined()
  }
}
