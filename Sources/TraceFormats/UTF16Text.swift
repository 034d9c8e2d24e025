// Text in UTF-16, told by its byte order mark, as UTF-8. What is no UTF-16 is repaired.

public enum UTF16Text {
  public static func isMarked(_ head: [UInt8]) -> Bool {
    head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff])
  }

  /// Nil when there is no mark.
  public static func decoded(_ bytes: [UInt8]) -> [UInt8]? {
    guard isMarked(bytes) else { return nil }
    let isLittle = bytes[0] == 0xff
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
      let (low, high) = isLittle ? (bytes[index], bytes[index + 1]) : (bytes[index + 1], bytes[index])
      return UInt16(high) << 8 | UInt16(low)
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}
