import Testing
import Tracer

@Suite struct SharedRingTests {
  private final class Memory {
    let bytes = SharedRing.Layout.dataAt + 100
    let start: UnsafeMutableRawPointer

    init() {
      start = .allocate(byteCount: bytes, alignment: 64)
      start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    deinit { start.deallocate() }

    func set(_ value: UInt64, at offset: Int) { start.storeBytes(of: value, toByteOffset: offset, as: UInt64.self) }
  }

  @Test func bytesComeOutAsTheyWentIn() throws {
    let memory = Memory()
    let reader = SharedRing(make: memory.start, bytes: memory.bytes, doorbell: 0xe8)
    let writer = try #require(SharedRing(at: memory.start, bytes: memory.bytes))
    #expect(writer.doorbell == 0xe8 && writer.dataBytes == 100)
    var next: UInt8 = 0
    var expected: UInt8 = 0
    var buffer = [UInt8](repeating: 0, count: 64)
    for round in 1...500 {
      let wanted = (0..<round % 61).map { UInt8(truncatingIfNeeded: Int(next) + $0) }
      next = next &+ UInt8(truncatingIfNeeded: writer.write(wanted, wanted.count).taken)
      let count = reader.read(&buffer, round % 64)
      for byte in buffer[..<count] {
        #expect(byte == expected)
        expected = expected &+ 1
      }
    }
  }

  @Test func aFullRingTakesNothing() {
    let memory = Memory()
    let ring = SharedRing(make: memory.start, bytes: memory.bytes, doorbell: 0)
    let bytes = [UInt8](repeating: 7, count: 150)
    #expect(ring.write(bytes, 150).taken == 100)
    #expect(ring.write(bytes, 1).taken == 0)
  }

  /// A bell for each KiB, whatever the sizes of the writes.
  @Test func ringsOnceAKiB() {
    let memory = Memory()
    let ring = SharedRing(make: memory.start, bytes: memory.bytes, doorbell: 0)
    let bytes = [UInt8](repeating: 7, count: 100)
    var buffer = bytes
    var bells = 0
    for index in 0..<1000 {
      if ring.write(bytes, 1 + index % 99).isBellDue { bells += 1 }
      _ = ring.read(&buffer, 100)
    }
    let total = (0..<1000).reduce(0) { $0 + 1 + $1 % 99 }
    #expect(bells == total / 1024)
  }

  @Test func commandsGoTheOtherWay() {
    let memory = Memory()
    let ring = SharedRing(make: memory.start, bytes: memory.bytes, doorbell: 0)
    #expect(ring.receive() == nil)
    #expect(ring.send([1, 2, 3]))
    #expect([ring.receive(), ring.receive(), ring.receive(), ring.receive()] == [1, 2, 3, nil])
    #expect(!ring.send([UInt8](repeating: 0, count: 4097)))
  }

  /// Nothing that the other side writes leads outside of the memory.
  @Test func aLyingOtherSideIsNotBelieved() {
    let memory = Memory()
    #expect(SharedRing(at: memory.start, bytes: memory.bytes) == nil)
    let ring = SharedRing(make: memory.start, bytes: memory.bytes, doorbell: 0)
    memory.set(1 << 60, at: 64)
    var buffer = [UInt8](repeating: 0, count: 64)
    #expect(ring.read(&buffer, 64) == 0)
    memory.set(1 << 61, at: 128)
    #expect(ring.write(buffer, 64).taken == 0)
    memory.set(1 << 40, at: 16)
    #expect(SharedRing(at: memory.start, bytes: memory.bytes) == nil)
  }
}
