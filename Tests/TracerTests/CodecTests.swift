import Testing
import Tracer

@Suite struct CodecTests {
  @Test func crcOfTheCheckString() {
    let text = Array("123456789".utf8)
    #expect(CRC32.checksum(text, count: 9) == 0xcbf4_3926)
    #expect(CRC32.checksum(text, count: 0) == 0)
  }

  @Test(
    arguments: [
      ([0], [1, 1]), ([0, 0], [1, 1, 1]), ([1, 2, 0, 3], [3, 1, 2, 2, 3]), ([], [1]), ([1, 0, 0, 0], [2, 1, 1, 1, 1]),
    ] as [([UInt8], [UInt8])]) func cobsExamples(plain: [UInt8], encoded: [UInt8])
  {
    #expect(cobs(plain) == encoded)
  }

  @Test func cobsReturnsWhatItWasGiven() {
    var random = SystemRandomNumberGenerator()
    for count in 0..<700 {
      for zeros in [1, 4, 255] {
        let plain = (0..<count).map { _ in UInt8(Int.random(in: 0..<256, using: &random) % zeros == 0 ? 0 : 7) }
        let encoded = cobs(plain)
        #expect(!encoded.contains(0))
        #expect(encoded.count <= COBS.encodedBound(count))
        var decoded = [UInt8](repeating: 0, count: encoded.count)
        let size = COBS.decode(encoded, count: encoded.count, into: &decoded)
        #expect(size == count && Array(decoded.prefix(count)) == plain)
      }
    }
  }

  @Test func cobsOfALongRunHasNoSpareByte() {
    let plain = [UInt8](repeating: 9, count: 254)
    #expect(cobs(plain) == [255] + plain)
    #expect(cobs(plain + [0]) == [255] + plain + [1, 1])
  }

  @Test func cobsRefusesLengthsPastTheEnd() {
    var output = [UInt8](repeating: 0, count: 8)
    #expect(COBS.decode([5, 1, 2], count: 3, into: &output) == nil)
    #expect(COBS.decode([0], count: 1, into: &output) == nil)
    #expect(COBS.decode([3, 0, 1], count: 3, into: &output) == nil)
  }

  @Test func writerRollsBackWhatDoesNotFit() {
    withWriter(limit: 3) { writer, bytes in
      writer.byte(1)
      let mark = writer.mark
      writer.word32(0xdead_beef)
      #expect(writer.overflowed)
      writer.rollBack(to: mark)
      writer.varint(300)
      #expect(!writer.overflowed && Array(bytes.prefix(3)) == [1, 0xac, 0x02])
    }
  }

  @Test func bitNumbersAsSpecified() {
    withWriter(limit: 32) { writer, bytes in
      writer.bitNumber(0)  // 0000
      writer.bitNumber(1)  // 0001
      writer.bitNumber(5)  // 0011 01
      writer.bitField(3, width: 2)
      writer.bitNumber(1 << 14)  // 1111 000000 then 14 zeros
      writer.endBits()
      #expect(Array(bytes.prefix(writer.count)) == [0x01, 0x37, 0xf0, 0x00, 0x00])
    }
  }
}

func cobs(_ plain: [UInt8]) -> [UInt8] {
  var encoded = [UInt8](repeating: 0xee, count: COBS.encodedBound(plain.count))
  let count = COBS.encode(plain, count: plain.count, into: &encoded)
  return Array(encoded.prefix(count))
}

func withWriter(limit: Int, _ body: (inout FrameWriter, UnsafeMutableBufferPointer<UInt8>) -> Void) {
  let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: limit)
  defer { bytes.deallocate() }
  var writer = FrameWriter(bytes: bytes.baseAddress!, limit: limit)
  body(&writer, bytes)
}
