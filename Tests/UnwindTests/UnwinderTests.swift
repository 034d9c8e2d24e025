// Stacks put together by hand, and unwound again.
import Testing

@testable import Unwind

@Suite struct UnwinderTests {
  private static let text: Range<UInt64> = 0x1000..<0x9000

  private static func stack(at address: UInt64, _ words: [UInt64]) -> StackPiece {
    StackPiece(
      address: address, bytes: words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
  }

  private static func unwind(_ words: [UInt64], rbp: UInt64) -> StackUnwinder.Stack {
    StackUnwinder(orc: nil, cfi: nil, text: text)
      .unwind(StackRegisters(rip: 0x1500, rsp: 0x8_0000, rbp: rbp), stack(at: 0x8_0000, words))
  }

  @Test func framePointersLeadOut() {
    let whole = Self.unwind([0, 0x8_0020, 0x2500, 0, 0x8_0030, 0x3500, 0, 0x40_0000], rbp: 0x8_0008)
    #expect(whole == StackUnwinder.Stack(addresses: [0x1500, 0x2500, 0x3500], end: .complete))
  }

  @Test func aChainThatGoesDownIsLost() {
    let found = Self.unwind([0, 0x8_0000, 0x2500, 0, 0], rbp: 0x8_0008)
    #expect(found.addresses == [0x1500, 0x2500] && found.end == .lost)
  }

  @Test func whatIsNotInThePieceIsCut() {
    let found = Self.unwind([0, 0x8_1000, 0x2500], rbp: 0x8_0008)
    #expect(found == StackUnwinder.Stack(addresses: [0x1500, 0x2500], end: .cut))
  }

  @Test func anEmptyPieceIsSurvived() {
    let found = Self.unwind([], rbp: 0x8_0008)
    #expect(found.addresses == [0x1500] && found.end != .complete)
  }

  @Test func wordsAreCheckedAtBothEnds() {
    let piece = Self.stack(at: 0xffff_ffff_ffff_ff00, [1, 2])
    #expect(piece.word(0xffff_ffff_ffff_ff08) == 2)
    #expect(
      piece.word(0xffff_ffff_ffff_ff09) == nil && piece.word(0xffff_ffff_ffff_fef8) == nil && piece.word(0) == nil)
  }

  @Test func mapsOfBothKindsAreRead() {
    let map =
      "0000000000000000 A zero\nffffffff81000000 T _text\r\nffffffff81000010 t inner\t[module]\nffffffff81000008 D data\nffffffff81000020 T __pfx_x\n junk\n"
    #expect(
      SystemMap.functions(Array(map.utf8)) == [
        FunctionSymbol(address: 0xffff_ffff_8100_0000, name: "_text"),
        FunctionSymbol(address: 0xffff_ffff_8100_0010, name: "inner"),
      ])
  }

  @Test func symbolsAreFoundWhereTheKernelWasMovedTo() {
    let symbolizer = Symbolizer(
      [
        FunctionSymbol(address: 0x1000, name: "_start"), FunctionSymbol(address: 0x1000, name: "start"),
        FunctionSymbol(address: 0x1100, size: 0x10, name: "$s4main1fyyF"),
      ], slide: 0x10_0000)
    #expect(symbolizer.functions.function(at: 0x1004)?.name == "start")
    #expect(symbolizer.functions.function(at: 0x1110) == nil)
    #expect(symbolizer.start(of: 0x10_1004) == 0x10_1000 && symbolizer.start(of: 0x1004) == nil)
    #expect(symbolizer.start(of: 0x10_1104) == 0x10_1100)
  }
}
