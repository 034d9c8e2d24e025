// What travels on the line: the frame types, their common limits, and the sealing of a payload into bytes.
//
//   payload = type and session tag (1 byte) │ fields of the type │ CRC-32 (4 bytes)
//   wire    = COBS(payload) │ 0x00
//
// The tag is the low half byte of the boot id: frames of two boots of the machine are never mixed up.

/// The high half byte of a frame's first byte.
public enum FrameType: UInt8, Sendable {
  /// From the kernel.
  case filter = 0
  case hello = 1
  case loss = 2
  case pong = 3
  case counts = 4
  case histogram = 5
  case errors = 6
  case locks = 7
  case threads = 8
  case events = 9
  /// Written by recorders and by kernels without an ELF.
  case names = 10
  case lockFacts = 11
  case programs = 12
  case stacks = 13
  case flight = 14
  /// From the host.
  case command = 15
}

public enum Frame {
  /// Most payload bytes before the checksum: with checksum, COBS and delimiter a frame is at most 127 bytes.
  public static var payloadLimit: Int { 121 }
  public static var wireLimit: Int { 127 }
  /// "APUS" and the version of the format, in every HELLO.
  public static var magic: UInt32 { 0x5355_5041 }
  public static var version: UInt8 { 1 }

  @inline(__always)
  public static func head(_ type: FrameType, tag: UInt8) -> UInt8 { type.rawValue << 4 | tag & 15 }

  /// Appends the checksum to `count` bytes of `payload` (which has room for 4 more) and encodes it with its delimiter.
  /// Returns the bytes in `wire`, which holds at least `count + count / 254 + 6`.
  public static func seal(
    _ payload: UnsafeMutablePointer<UInt8>, count: Int, into wire: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let checksum = CRC32.checksum(payload, count: count)
    for index in 0..<4 { payload[count &+ index] = UInt8(truncatingIfNeeded: checksum &>> UInt32(index &* 8)) }
    let encoded = COBS.encode(payload, count: count &+ 4, into: wire)
    wire[encoded] = 0
    return encoded &+ 1
  }
}
