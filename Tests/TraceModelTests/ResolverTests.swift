import Testing
import Tracer

@testable import TraceModel
@testable import TraceTestSupport

/// Callers that only words on top of a stack know.
@Suite struct ResolverTests {
  /// main at 1000 calls outer at 1100 calls leaf at 1200, each of 100 bytes; a frame of outer is 32 bytes, of leaf 16.
  private final class Code: CodeReader {
    func rule(at address: UInt64) -> CodeRule? {
      switch address {
      case 1000..<1100: CodeRule(isAboveFramePointer: true, words: 2, savesFramePointer: true)
      case 1100..<1200: CodeRule(isAboveFramePointer: false, words: 5, savesFramePointer: false)
      case 1200..<1300: CodeRule(isAboveFramePointer: false, words: 3, savesFramePointer: false)
      default: nil
      }
    }

    func inlined(at address: UInt64) -> [String] { address == 1250 ? ["small"] : [] }

    func call(before address: UInt64) -> CallBefore? {
      switch address {
      case 1050: .direct(1100)
      case 1150: .direct(1200)
      case 1160: .direct(1400)
      case 1170: .indirect
      default: nil
      }
    }
  }

  private static let functions = FunctionTable([
    (1000, 100, "main"), (1100, 100, "outer"), (1200, 100, "leaf"), (1400, 100, "bare"),
  ])
  private static let base: UInt64 = 0x5555_0000_0000

  private func names(
    _ frames: [UInt64], reader: Bool = true, _ change: (inout CodeNames) -> Void = { _ in }
  ) -> [String] {
    var names = CodeNames(functions: Self.functions, reader: reader ? Code() : nil)
    change(&names)
    let code = SessionCode(kernel: nil, programs: [3: (names, Self.base)])
    var resolver = StackResolver(code)
    let stack = CountedStack(program: 3, frames: frames, count: 1, sum: 0)
    return resolver.steps(of: stack, .running).flatMap { step in
      if case .place(let place) = step { return code.names(at: place) }
      return ["\(step)"]
    }
  }

  private func word(_ address: UInt64, at place: Int) -> UInt64 {
    StackAddress.candidate(Self.base + address, at: place)
  }

  private var marker: UInt64 { StackAddress.framePointer(at: nil) }
  private func pc(_ address: UInt64) -> UInt64 { Self.base + address }

  @Test func rulesFindTheCallersAmongStaleWords() {
    // leaf's return address is word 2, outer's word 7; the words at 1 and 4 are left from before.
    let frames = [word(1050, at: 7), word(1160, at: 4), word(1150, at: 2), word(1050, at: 1), marker, pc(1250)]
    #expect(names(frames) == ["main", "outer", "leaf", "small"])
  }

  @Test func aFrameAboveTheFramePointer() {
    let start = StackAddress.framePointer(at: 6)
    // Interrupted in main, whose frame begins at word 8: its caller is not in the file.
    #expect(names([word(1170, at: 7), start, pc(1010)]) == ["outer", "main"])
    // Without knowing where the frame pointer points nothing can be said.
    #expect(names([word(1170, at: 7), marker, pc(1010)]) == ["main"])
  }

  @Test func withoutARuleTheNextWordBehindACallOfThisFunction() {
    // 1150 stands behind a call of leaf, not of bare; 1160 does.
    let frames = [word(1050, at: 9), word(1160, at: 4), word(1150, at: 2), marker, pc(1450)]
    #expect(names(frames) == ["main", "outer", "bare"])
  }

  @Test func aChainOfFramePointersLacksTheInnermostCallerAtMost() {
    // The chain tells of main; that leaf, which has no frame, was called by outer, only the top word does.
    #expect(names([pc(1050), word(1150, at: 2), pc(1250)]) == ["main", "outer", "leaf", "small"])
    // Where the frame is made, a word on top is not a return address.
    #expect(names([pc(1050), word(1150, at: 0), pc(1010)]) == ["main", "main"])
  }

  @Test func anUnknownProgramHasItsInnermostAddressOnly() {
    var resolver = StackResolver(SessionCode(kernel: nil, programs: [:]))
    let frames = [word(1150, at: 2), marker, pc(1250)]
    let steps = resolver.steps(of: CountedStack(program: 3, frames: frames, count: 1, sum: 0), .running)
    #expect(steps == [.place(CodePlace(program: 3, address: pc(1250), isReturn: false))])
  }

  /// What a recording keeps is enough to see the same without the program's file.
  @Test func aRecordingKeepsWhatItsStacksNeed() throws {
    var used = UsedAddresses()
    used.addresses = [1049, 1149, 1250]
    let file = Code()
    for address: UInt64 in [1250, 1149, 1049] { used.rules[address] = file.rule(at: address) }
    let whole = CodeNames(functions: Self.functions, reader: Code())
    var table = NameTable(buildID: Array(repeating: 7, count: 20))
    table.add(kind: .key, id: 0, rank: 0, name: "key")
    let code = table.codeFrames(table.code, kernel: UsedAddresses(), programs: [("/bin/x", whole, used)])
    let frames = table.frames() + code
    let kept = try #require(NameTable(frames: frames, buildID: table.buildID)?.programs["/usr/bin/x"])
    let stack = [word(1050, at: 7), word(1160, at: 4), word(1150, at: 2), word(1050, at: 1), marker, pc(1250)]
    #expect(names(stack, reader: false) { $0 = kept } == ["main", "outer", "leaf", "small"])
    #expect(kept.functions.count == 3)
  }

  /// Six names of 60 letters do not fit into one frame.
  @Test func aLongChainOfInlinedFunctionsComesWhole() throws {
    let chain = (0..<6).map { "function\($0)_" + String(repeating: "x", count: 50) }
    let machine = Machine()
    machine.flush()
    let buildID = Machine.buildID
    var table = NameTable(buildID: buildID)
    table.code = CodeNames(functions: FunctionTable([(1000, 500, "whole")]))
    table.code.inlined = [1100: chain]
    var used = UsedAddresses()
    used.addresses = [1100]
    var model = TraceModel()
    model.feed(machine.takeBytes())
    // Twice, as a ring that is told anew has it.
    for _ in 0..<2 { model.feed(table.codeFrames(table.code, kernel: used, programs: [])) }
    let session = try #require(model.session)
    let names = try #require(model.names(of: session))
    #expect(names.code.names(at: 1100) == ["whole"] + chain)
    // A file that knows nothing of it hides nothing.
    var code = names.code
    code.reader = Code()
    #expect(code.names(at: 1100) == ["whole"] + chain)
  }

  @Test func wordsSurviveTheirPacking() {
    for (address, place) in [(0x40_1234, 0), (0x5555_5555_5000, 255), (0x7fff_ffff_ffff, 1023)] as [(UInt64, Int)] {
      let word = StackAddress.Candidate(StackAddress.candidate(address, at: place))
      guard case .returnAddress(address, place: place)? = word else {
        Issue.record("\(address) at \(place)")
        continue
      }
    }
    #expect(StackAddress.Candidate(0x40_1234) == nil)
    #expect(StackAddress.Candidate(StackAddress.truncated) == nil)
    #expect(StackAddress.Candidate(StackAddress.program(3)) == nil)
  }
}
