// A Perfetto trace that grows packet by packet: a trace is nothing but its packets, each with its length before it.
//
// As one message, millions of packets would lie in memory as objects, a hundred times the size of their bytes.

import SwiftProtobuf

struct PacketStream {
  private(set) var bytes: [UInt8] = []
  /// Field 1 of `Trace`, a message.
  private static let tag: UInt8 = 1 << 3 | 2

  mutating func append(_ packet: Perfetto_Protos_TracePacket) {
    // Fails only for a required field that is missing, of which there is none.
    guard let body: [UInt8] = try? packet.serializedBytes() else { return }
    bytes.append(Self.tag)
    append(varint: UInt64(body.count))
    bytes += body
  }

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
