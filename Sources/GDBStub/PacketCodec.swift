// GDB's remote serial protocol: `$data#sum`, with `}` before bytes that mean something and `*` for repeats.
//
// Pure. Acknowledgements are switched off after the first packet, and those before are passed over.

enum PacketCodec {
  /// The bytes of a packet. `data` holds none of `$`, `#`, `}`: commands of ours never do.
  static func encode(_ data: String) -> [UInt8] {
    let sum = data.utf8.reduce(UInt8(0), &+)
    let digits = String(UInt32(sum) + 0x100, radix: 16).dropFirst()
    return [UInt8(ascii: "$")] + Array(data.utf8) + [UInt8(ascii: "#")] + Array(digits.utf8)
  }

  /// Hexadecimal digits as bytes; nil when they are none.
  static func bytes(hexadecimal digits: ArraySlice<UInt8>) -> [UInt8]? {
    guard digits.count % 2 == 0 else { return nil }
    var isValid = true
    let bytes = [UInt8](unsafeUninitializedCapacity: digits.count / 2) { output, count in
      digits.withUnsafeBufferPointer { digits in
        for index in 0..<digits.count / 2 {
          let (high, low) = (value(digits[2 * index]), value(digits[2 * index + 1]))
          if high > 15 || low > 15 { isValid = false }
          output[index] = high << 4 | low
        }
      }
      count = digits.count / 2
    }
    return isValid ? bytes : nil
  }

  @inline(__always)
  private static func value(_ digit: UInt8) -> UInt8 {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    case 0x41...0x46: digit - 0x37
    default: 16
    }
  }
}

/// Cuts packets out of what comes from the stub.
struct PacketReader {
  private var bytes: [UInt8] = []
  private var start = 0

  mutating func append(_ more: UnsafeRawBufferPointer) {
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: true)
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// The next whole packet, without repeats and escapes; nil when more bytes must come. A packet with a wrong sum is
  /// passed over: the line is a socket, so there are none but of another protocol.
  mutating func next() -> [UInt8]? {
    while let begin = bytes[start...].firstIndex(of: UInt8(ascii: "$")) {
      guard let end = bytes[begin...].firstIndex(of: UInt8(ascii: "#")), end + 2 < bytes.count else { return nil }
      let data = bytes[(begin + 1)..<end]
      let sum = PacketCodec.bytes(hexadecimal: bytes[(end + 1)...(end + 2)])?.first
      start = end + 3
      if sum == data.reduce(UInt8(0), &+) { return Self.expand(data) }
    }
    return nil
  }

  private static func expand(_ data: ArraySlice<UInt8>) -> [UInt8] {
    guard data.contains(UInt8(ascii: "*")) || data.contains(UInt8(ascii: "}")) else { return Array(data) }
    var output: [UInt8] = []
    var iterator = data.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "}"): output.append((iterator.next() ?? 0) ^ 0x20)
      case UInt8(ascii: "*"):
        let count = Int(iterator.next() ?? 29) - 29
        if let last = output.last, count > 0 { output += Array(repeating: last, count: count) }
      default: output.append(byte)
      }
    }
    return output
  }
}
