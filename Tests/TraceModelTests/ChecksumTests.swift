// The reader's checksum is the kernel's, whatever the length and wherever the bytes lie.
import Testing
import Tracer

@testable import TraceModel
@testable import TraceTestSupport

@Suite struct ChecksumTests {
  @Test func sixteenBytesAtOnceGiveTheSameSum() {
    var random = Random(state: 5)
    let bytes = (0..<400).map { _ in UInt8(truncatingIfNeeded: random.next() >> 9) }
    bytes.withUnsafeBufferPointer { all in
      for start in 0..<17 {
        for count in 0..<300 {
          let bytes = all.baseAddress! + start
          #expect(SlicingCRC32.checksum(bytes, count: count) == CRC32.checksum(bytes, count: count))
        }
      }
    }
  }

  @Test func theCheckValue() {
    let digits = Array("123456789".utf8)
    #expect(SlicingCRC32.checksum(digits, count: 9) == 0xcbf4_3926)
  }
}
