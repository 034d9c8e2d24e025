// The same CRC-32 as `Tracer.CRC32`, sixteen bytes a step: the reader's.
//
// Sixteen tables of 1 KiB, made once; table k gives what a byte does to the sum when k more bytes follow it (Kounavis
// and Berry, 2005). The kernel keeps the one table of 1 KiB.
import CMachine

enum SlicingCRC32 {
  // Written once, before anybody can read it.
  private nonisolated(unsafe) static let tables: UnsafePointer<UInt32> = {
    let tables = UnsafeMutablePointer<UInt32>.allocate(capacity: 16 * 256)
    tables.initialize(from: apus_trace_crc_table(), count: 256)
    for index in 256..<16 * 256 {
      let before = tables[index - 256]
      (tables + index).initialize(to: tables[Int(before & 0xff)] ^ before >> 8)
    }
    return UnsafePointer(tables)
  }()

  static func checksum(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt32 {
    let tables = tables
    var crc = UInt32.max
    var next = UnsafeRawPointer(bytes)
    let end = next + count
    while end - next >= 16 {
      let (a, b) = (next.loadUnaligned(as: UInt64.self), next.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      let low = UInt64(littleEndian: a) ^ UInt64(crc)
      crc = step(tables + 8 * 256, low) ^ step(tables, UInt64(littleEndian: b))
      next += 16
    }
    while next < end {
      crc = tables[Int(truncatingIfNeeded: crc ^ UInt32(next.load(as: UInt8.self))) & 0xff] ^ crc >> 8
      next += 1
    }
    return ~crc
  }

  // What eight bytes add: the first is the farthest from the end.
  @inline(__always)
  private static func step(_ tables: UnsafePointer<UInt32>, _ word: UInt64) -> UInt32 {
    var sum: UInt32 = 0
    for byte in 0..<8 {
      sum ^= tables[(7 &- byte) &* 256 &+ Int(truncatingIfNeeded: word &>> UInt64(8 &* byte) & 0xff)]
    }
    return sum
  }
}
