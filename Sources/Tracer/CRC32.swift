// CRC-32 (IEEE 802.3): polynomial 0x04C11DB7 reflected, initial and final value all ones; "123456789" gives CBF43926.
//
// Every frame ends with it, least significant byte first. Thirty-two bits on events too: a damaged frame that passed
// for a good one would make the loss accounting lie.
import CMachine

public enum CRC32 {
  /// The checksum of `count` bytes.
  public static func checksum(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt32 {
    let table = apus_trace_crc_table().unsafelyUnwrapped
    var crc = UInt32.max
    for index in 0..<count {
      crc = table[Int(truncatingIfNeeded: (crc ^ UInt32(bytes[index])) & 0xff)] ^ (crc &>> 8)
    }
    return ~crc
  }
}
