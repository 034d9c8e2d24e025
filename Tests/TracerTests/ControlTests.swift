import CMachine
import Testing
import Tracer

@Suite struct ControlTests {
  static let commands: [Command] = [
    .hello, .enable(5), .disable(0xffff_ffff), .reset, .ping(0x1122_3344_5566_0088), .rate(997), .trigger,
    .flight(FlightRules(seconds: 5, row: 39, threshold: 1 << 40)),
    .process(ProcessFilter(pid: 0x0102_0304, withChildren: true)), .rows(RowRange(first: 39, count: 700), .only),
    .consoleSize(rows: 40, columns: 132),
  ]

  @Test(arguments: commands) func commandsArrive(command: Command) {
    #expect(received(wire(command)).commands == [command])
  }

  @Test func garbageIsCountedAndForgotten() {
    let noise: [UInt8] = [1, 2, 3, 0, 0xff, 0] + [UInt8](repeating: 7, count: 100)
    let (commands, bad) = received(noise + wire(.reset))
    #expect(commands == [.reset])
    #expect(bad == 104)
  }

  @Test func noFlippedBitIsObeyed() {
    for command in Self.commands {
      let good = wire(command)
      for bit in 0..<good.count * 8 {
        var bytes = good
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(!received([0] + bytes + [0]).commands.contains { $0 != command })
      }
    }
  }

  private func wire(_ command: Command) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 40)
    let count = command.encode(into: &bytes)
    return Array(bytes.prefix(count))
  }

  private func received(_ bytes: [UInt8]) -> (commands: [Command], bad: UInt64) {
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: ControlParser.bufferBytes)
    defer { buffer.deallocate() }
    var parser = ControlParser(buffer: buffer)
    let commands = bytes.compactMap { parser.receive($0) }
    return (commands, parser.badBytes)
  }
}

@Suite struct KeyMaskTests {
  @Test(arguments: [
    ("", 0), ("none", 0), ("all", KeyMask.all), ("syscalls", 0b10001), ("path,fault", 0b11100), ("syscall", 0),
    ("syscallsx,scheduler", 0b10000),
  ]) func bootWords(words: String, mask: UInt32) {
    #expect(Array(words.utf8).withUnsafeBytes { KeyMask.parse($0) } == mask)
  }
}

@Suite struct ThreadTableTests {
  @Test func deadRowsAreUsedAgainAndLiveOnesNever() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: ThreadTable.bytesNeeded(capacity: 4), alignment: 64)
    defer { memory.deallocate() }
    let table = ThreadTable(initialize: memory, capacity: 4)
    func add(_ tid: UInt32) -> Int32 { Array("sh".utf8).withUnsafeBytes { table.add(tid: tid, pid: tid, name: $0) } }
    let slots = (1...4).map { add(UInt32($0)) }
    #expect(Set(slots) == [0, 1, 2, 3])
    #expect(add(5) == -1)
    table.remove(slots[2])
    #expect(add(6) == slots[2])
    table.remove(-1)
  }
}
