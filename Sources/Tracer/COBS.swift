// Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): frames without the byte 0, which then delimits them.
//
// Each run of up to 254 non-zero bytes is preceded by its length + 1; 255 stands for 254 bytes with no zero after them.

public enum COBS {
  /// Most bytes that `count` bytes can become, without the delimiter.
  public static func encodedBound(_ count: Int) -> Int { count + count / 254 + 1 }

  /// Encodes without the delimiter; returns the bytes written. `output` holds `encodedBound(count)`; no overlap.
  public static func encode(_ input: UnsafePointer<UInt8>, count: Int, into output: UnsafeMutablePointer<UInt8>) -> Int
  {
    var code = 0
    var end = 1
    for index in 0..<count {
      if input[index] != 0 {
        output[end] = input[index]
        end &+= 1
      }
      if input[index] == 0 || (end &- code == 255 && index &+ 1 < count) {
        output[code] = UInt8(truncatingIfNeeded: end &- code)
        code = end
        end &+= 1
      }
    }
    output[code] = UInt8(truncatingIfNeeded: end &- code)
    return end
  }

  /// Decodes what stood between delimiters; `output` may be `input`. Returns nil when a length points past the end or a
  /// zero is inside.
  public static func decode(_ input: UnsafePointer<UInt8>, count: Int, into output: UnsafeMutablePointer<UInt8>) -> Int?
  {
    var read = 0
    var written = 0
    while read < count {
      let code = Int(input[read])
      guard code != 0, read &+ code <= count else { return nil }
      for index in read &+ 1..<read &+ code {
        guard input[index] != 0 else { return nil }
        output[written] = input[index]
        written &+= 1
      }
      read &+= code
      if code < 255 && read < count {
        output[written] = 0
        written &+= 1
      }
    }
    return written
  }
}
