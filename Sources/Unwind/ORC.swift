// ORC, Linux's own unwind information: for every instruction where the caller's stack pointer and rbp are.
//
// The sections `.orc_unwind_ip` and `.orc_unwind` of a vmlinux, in the layout of Linux 5.x to 6.3 (six bytes an entry;
// tools/objtool and arch/x86/include/asm/orc_types.h are the source). Later layouts are told apart by `.orc_header`,
// which those have, and are read as far as they are alike.

public struct ORC: Sendable {
  public enum Base: UInt8, Sendable {
    case undefined, previousSP, dx, di, bp, sp, r10, r13, bpIndirect, spIndirect
  }

  public enum Kind: Sendable { case call, registers, partialRegisters }

  public struct Entry: Sendable, Equatable {
    public var spBase: Base
    public var spOffset: Int64
    public var bpBase: Base
    public var bpOffset: Int64
    public var kind: Kind
    /// Nothing is above this one.
    public var isEnd: Bool
  }

  private let reader: ByteReader
  private let addresses: ELFImage.Section
  private let entries: Range<Int>
  private let count: Int
  private let isLater: Bool

  /// Nil when the file has no ORC.
  public init?(_ image: ELFImage) {
    guard let addresses = image.section(".orc_unwind_ip"), let entries = image.section(".orc_unwind") else {
      return nil
    }
    count = min(addresses.range.count / 4, entries.range.count / 6)
    guard count > 0 else { return nil }
    reader = ByteReader(image.bytes)
    self.addresses = addresses
    self.entries = entries.range
    isLater = image.section(".orc_header") != nil
  }

  /// What holds at an address; nil outside of all functions.
  public func entry(at address: UInt64) -> Entry? {
    guard address >= self.address(0) else { return nil }
    var (low, high) = (1, count)
    while low < high {
      let middle = (low + high) / 2
      if self.address(middle) <= address { low = middle + 1 } else { high = middle }
    }
    return decode(entries.lowerBound + (low - 1) * 6)
  }

  // Each word is the distance from itself to the instruction.
  private func address(_ index: Int) -> UInt64 {
    let offset = Int64(reader.i32(addresses.range.lowerBound + index * 4))
    return addresses.address &+ UInt64(index * 4) &+ UInt64(bitPattern: offset)
  }

  private func decode(_ at: Int) -> Entry? {
    let (bases, flags) = (reader.u8(at + 4), reader.u8(at + 5))
    guard let spBase = Base(rawValue: bases & 15), let bpBase = Base(rawValue: bases >> 4) else { return nil }
    // Later: 0 is undefined, 1 the end of the stack, then the kinds; there is no flag for the end.
    let number = isLater ? Int(flags & 7) - 2 : Int(flags & 3)
    let isEnd = isLater ? flags & 7 == 1 : flags >> 2 & 1 == 1
    guard number >= 0 || isEnd, number < 3 else { return nil }
    return Entry(
      spBase: spBase, spOffset: Int64(reader.i16(at)), bpBase: bpBase, bpOffset: Int64(reader.i16(at + 2)),
      kind: [.call, .registers, .partialRegisters][max(0, number)], isEnd: isEnd)
  }
}
