// Whether an address stands behind a call, and where that goes: so that a word on a stack is told from a return address.
//
// The near calls of x86_64 (Intel SDM, volume 2, CALL): E8 with a distance, FF /2 with any operand.

import TraceModel

public enum CallInstruction {
  /// The call just before an address of `image`; nil when there is none.
  public static func before(_ address: UInt64, in image: ELFImage) -> CallBefore? {
    guard
      let section = image.sections.first(where: {
        $0.isExecutable && address > $0.address && address <= $0.address &+ UInt64($0.range.count)
      })
    else { return nil }
    let end = section.range.lowerBound + Int(address - section.address)
    let bytes = image.bytes[max(section.range.lowerBound, end - 8)..<end]
    if bytes.count >= 5, bytes[end - 5] == 0xe8 {
      let distance = (1...4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[end - $1]) }
      return .direct(address &+ UInt64(bitPattern: Int64(Int32(bitPattern: distance))))
    }
    return lengths.contains { isIndirect(bytes, length: $0) } ? .indirect : nil
  }

  /// Of the instruction without prefixes: opcode, ModRM, perhaps SIB, perhaps a distance of 1 or 4 bytes.
  private static let lengths = [2, 3, 4, 6, 7]

  private static func isIndirect(_ bytes: ArraySlice<UInt8>, length: Int) -> Bool {
    guard bytes.count >= length else { return false }
    let start = bytes.endIndex - length
    let operand = bytes[start + 1]
    guard bytes[start] == 0xff, operand >> 3 & 7 == 2 else { return false }
    let (mode, base) = (operand >> 6, operand & 7)
    let hasIndex = mode != 3 && base == 4
    let isFar = mode == 2 || mode == 0 && base == 5 || hasIndex && mode == 0 && length == 7
    return length == 2 + (hasIndex ? 1 : 0) + (mode == 1 ? 1 : isFar ? 4 : 0)
  }
}
