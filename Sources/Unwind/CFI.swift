// Call frame information: where, at an address, the caller's frame and the saved registers are.
//
// Reads `.eh_frame` and `.debug_frame` of x86_64 (DWARF 3 to 5, 32-bit offsets) for the rules that unwinding a kernel
// needs: the CFA by a register and an offset, the return address and rbp by an offset from the CFA. Expressions are not
// evaluated: an address under one has no rule. Frame entries are indexed once; rules are found by running the
// instructions of one entry. Nothing is trusted: what is malformed is left out.

public struct CFI: Sendable {
  /// How to leave the function at one address.
  public struct Rule: Sendable, Equatable {
    /// DWARF's number: 6 is rbp, 7 rsp.
    public var cfaRegister: UInt8
    public var cfaOffset: Int64
    /// Where the return address and the caller's rbp are, from the CFA; nil: rbp is as the caller left it.
    public var returnOffset: Int64
    public var rbpOffset: Int64?

    public init(cfaRegister: UInt8, cfaOffset: Int64, returnOffset: Int64 = -8, rbpOffset: Int64? = nil) {
      self.cfaRegister = cfaRegister
      self.cfaOffset = cfaOffset
      self.returnOffset = returnOffset
      self.rbpOffset = rbpOffset
    }
  }

  private let reader: ByteReader
  private var entries: [Entry] = []
  private var commons: [Int: Common] = [:]

  /// What a function's entry begins with.
  private struct Common: Sendable {
    var codeFactor: UInt64
    var dataFactor: Int64
    var returnRegister: UInt64
    var pointerEncoding: UInt8
    var hasAugmentation: Bool
    var instructions: Range<Int>
  }

  private struct Entry: Sendable {
    var start: UInt64
    var length: UInt64
    var common: Int
    var instructions: Range<Int>
  }

  /// The information of a file; without any, no address has a rule.
  public init(_ image: ELFImage) {
    reader = ByteReader(image.bytes)
    for name in [".eh_frame", ".debug_frame"] {
      guard let section = image.section(name) else { continue }
      readEntries(section, isEH: name == ".eh_frame")
    }
    entries.sort { $0.start < $1.start }
  }

  /// Functions that are described.
  public var count: Int { entries.count }

  /// The rule at an address; nil when there is none that can be followed.
  public func rule(at address: UInt64) -> Rule? {
    guard let entry = entry(at: address), let common = commons[entry.common] else { return nil }
    var machine = RuleMachine(codeFactor: common.codeFactor, dataFactor: common.dataFactor, location: entry.start)
    guard machine.run(ByteCursor(reader, common.instructions), until: .max) else { return nil }
    machine.begin()
    guard machine.run(ByteCursor(reader, entry.instructions), until: address) else { return nil }
    return machine.rule(returnRegister: common.returnRegister)
  }

  private func entry(at address: UInt64) -> Entry? {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, address &- entries[low - 1].start < entries[low - 1].length else { return nil }
    return entries[low - 1]
  }

  private mutating func readEntries(_ section: ELFImage.Section, isEH: Bool) {
    var next = section.range.lowerBound
    while next + 8 <= section.range.upperBound {
      let length = Int(reader.u32(next))
      guard length >= 4, length < 0xffff_fff0, length <= section.range.upperBound - next - 4 else { return }
      let range = next + 8..<next + 4 + length
      let id = reader.u32(next + 4)
      if id == (isEH ? 0 : 0xffff_ffff) {
        commons[next] = common(range)
      } else {
        let place = isEH ? next + 4 - Int(id) : section.range.lowerBound + Int(id)
        if let entry = entry(range, commonAt: place, section, isEH: isEH) { entries.append(entry) }
      }
      next += 4 + length
    }
  }

  private func common(_ range: Range<Int>) -> Common? {
    var cursor = ByteCursor(reader, range)
    let version = cursor.u8()
    guard [1, 3, 4].contains(version) else { return nil }
    let augmentation = cursor.text()
    if version == 4 { guard cursor.u8() == 8, cursor.u8() == 0 else { return nil } }
    let (codeFactor, dataFactor) = (cursor.unsigned(), cursor.signed())
    let returnRegister = version == 1 ? UInt64(cursor.u8()) : cursor.unsigned()
    var encoding: UInt8 = 0
    if augmentation.hasPrefix("z") {
      let size = cursor.unsigned()
      let end = cursor.position + Int(clamping: min(size, UInt64(range.count)))
      for letter in augmentation.dropFirst() {
        switch letter {
        case "R": encoding = cursor.u8()
        case "P": guard cursor.skipPointer(cursor.u8()) else { return nil }
        case "L": _ = cursor.u8()
        case "S", "B": break
        default: return nil
        }
      }
      guard end <= range.upperBound else { return nil }
      return Common(
        codeFactor: codeFactor, dataFactor: dataFactor, returnRegister: returnRegister, pointerEncoding: encoding,
        hasAugmentation: true, instructions: end..<range.upperBound)
    }
    guard augmentation.isEmpty else { return nil }
    return Common(
      codeFactor: codeFactor, dataFactor: dataFactor, returnRegister: returnRegister, pointerEncoding: 0,
      hasAugmentation: false, instructions: min(cursor.position, range.upperBound)..<range.upperBound)
  }

  private func entry(_ range: Range<Int>, commonAt place: Int, _ section: ELFImage.Section, isEH: Bool) -> Entry? {
    guard let common = commons[place] else { return nil }
    var cursor = ByteCursor(reader, range)
    let here = section.address &+ UInt64(cursor.position - section.range.lowerBound)
    var start: UInt64
    let length: UInt64
    switch common.pointerEncoding & 0x0f {
    case 0x00, 0x04, 0x0c:
      start = cursor.u64()
      length = cursor.u64()
    case 0x03, 0x0b:
      start = UInt64(bitPattern: Int64(Int32(bitPattern: cursor.u32())))
      length = UInt64(cursor.u32())
    default: return nil
    }
    if common.pointerEncoding & 0x70 == 0x10 { start = start &+ here }
    if common.hasAugmentation { cursor.skip(cursor.unsigned()) }
    guard length > 0, cursor.position <= range.upperBound else { return nil }
    return Entry(start: start, length: length, common: place, instructions: cursor.position..<range.upperBound)
  }
}
