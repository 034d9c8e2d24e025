// The short way from a line of a call chain to its one name.
import Glibc

extension PerfFrame {
  /// The name of a line like most: a symbol that nothing has to be done to but take off its offset. Nil for any other.
  /// Not for when marks or addresses are asked for.
  static func plainName(_ line: Bytes, _ kinds: borrowing ByteKinds) -> Bytes? {
    let base = line.baseAddress!
    var start = 0
    while start < line.count, kinds.isHexadecimal(base[start]) { start &+= 1 }
    guard start > 0, start < line.count, base[start] == 0x20 else { return nil }
    start &+= 1
    guard let (end, plus) = symbolEnd(line, start, kinds), end > start, base[end] == 0x20,
      isOneGroup(base + end + 1, line.count &- end &- 1)
    else { return nil }
    var last = end
    if let plus {
      guard plus &+ 3 < end, base[plus &+ 1] == 0x30, base[plus &+ 2] == UInt8(ascii: "x") else { return nil }
      for index in (plus &+ 3)..<end where !kinds.isHexadecimal(base[index]) { return nil }
      last = plus
    }
    guard last > start, base[start] != 0x20 else { return nil }
    return Bytes(start: base + start, count: last &- start)
  }

  /// The blank before the module, which begins with the first parenthesis, and the last plus sign.
  @inline(__always)
  private static func symbolEnd(_ line: Bytes, _ start: Int, _ kinds: borrowing ByteKinds) -> (end: Int, plus: Int?)? {
    let base = line.baseAddress!
    var plus: Int?
    for index in start..<line.count where kinds.isNotable(base[index]) {
      switch base[index] {
      case UInt8(ascii: "("): return (index &- 1, plus)
      case UInt8(ascii: "+"): plus = index
      // A colon before a blank: the header of the next event.
      case 0x20: if base[index &- 1] == UInt8(ascii: ":") { return nil }
      default: return nil
      }
    }
    return nil
  }

  /// `(...)` and no parenthesis in it.
  private static func isOneGroup(_ base: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    guard count > 2, base[count &- 1] == UInt8(ascii: ")") else { return false }
    return memchr(base + 1, 0x28, count &- 2) == nil && memchr(base + 1, 0x29, count &- 2) == nil
  }
}
