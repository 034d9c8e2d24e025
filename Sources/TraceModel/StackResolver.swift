// From the words that a kernel has counted to the calls that they stand for.
//
// Where a CPU was interrupted, the function may not have made its frame yet, or never makes one: the kernel then adds
// words from the top of the stack that may be return addresses, with their places. How to leave a function at an address
// says which of them are; where nothing says so, the first that stands behind a call of this function is. Words that
// are no return address are left out.
import Tracer

/// A place in the code: of the kernel, or of a program by its number.
public struct CodePlace: Sendable, Hashable {
  public var program: Int?
  /// In memory.
  public var address: UInt64
  /// The address is behind the call that is meant.
  public var isReturn: Bool
}

/// One step of a stack, or what stands in for it.
public enum StackStep: Sendable, Hashable {
  case place(CodePlace)
  case holder(site: Int)
  case wokenBy(program: Int)
  /// The stack went on.
  case more
}

struct StackResolver {
  private let code: SessionCode
  /// How places were left: what a recording must keep. Where there is no rule, what was found: a function leaves an
  /// address with the same frame each time.
  private(set) var rules: [CodePlace: CodeRule] = [:]

  init(_ code: SessionCode) { self.code = code }

  /// The steps of a stack, outermost first.
  mutating func steps(of stack: CountedStack, _ kind: StackKind) -> [StackStep] {
    // A thread that called into the kernel by itself was not interrupted there.
    var isInterrupted = kind == .running
    var program = stack.program
    for word in stack.frames { if let other = Self.program(word) { program = other } }
    var steps: [StackStep] = []
    var index = stack.frames.count - 1
    var wasKernel = true
    while index >= 0 {
      let word = stack.frames[index]
      index -= 1
      if let marker = marker(word, &program, stack) {
        steps.append(marker)
        continue
      }
      let isKernel = word >= Self.kernelStart
      if wasKernel && !isKernel { isInterrupted = true }
      wasKernel = isKernel
      let place = CodePlace(program: isKernel ? nil : program, address: word, isReturn: !isInterrupted)
      steps.append(.place(place))
      let words = TopWords(stack.frames, before: &index)
      if isInterrupted { steps += callers(of: place, words).map { .place($0) } }
      isInterrupted = false
    }
    return steps.reversed()
  }

  private func marker(_ word: UInt64, _ program: inout Int, _ stack: CountedStack) -> StackStep? {
    if word == StackAddress.truncated { return .more }
    if let other = Self.program(word) {
      // What comes now is the stack's own program again.
      program = stack.program
      return .wokenBy(program: other)
    }
    return Self.isMarked(word) ? .holder(site: Int(word & 0xffff_ffff)) : nil
  }

  // The callers that only the words on top of the stack know, innermost first.
  private mutating func callers(of leaf: CodePlace, _ words: TopWords) -> [CodePlace] {
    guard !words.isEmpty, let code = code.file(of: leaf) else { return [] }
    var frame = Frame(address: leaf.address &- code.base, framePointer: words.framePointer)
    var found: [CodePlace] = []
    while found.count < Self.depthLimit, let value = leave(&frame, of: leaf, code.names, words, code.base) {
      found.append(CodePlace(program: leaf.program, address: value, isReturn: true))
      // With a chain of frame pointers only the innermost caller can be missing from it.
      if !words.isDeep { break }
    }
    return found
  }

  private struct Frame {
    /// In the file.
    var address: UInt64
    var isReturn = false
    /// Words above the top of the stack as it was at the interrupt.
    var stackPointer = 0
    var framePointer: Int?
    /// Where the instruction is that runs in it.
    var place: UInt64 { isReturn ? address &- 1 : address }
  }

  private mutating func leave(
    _ frame: inout Frame, of leaf: CodePlace, _ names: CodeNames, _ words: TopWords, _ base: UInt64
  ) -> UInt64? {
    let place = frame.place
    let key = CodePlace(program: leaf.program, address: place &+ base, isReturn: false)
    let end: Int
    var framePointer = frame.framePointer
    if let rule = names.rule(at: place) {
      rules[key] = rule
      guard let start = rule.isAboveFramePointer ? (words.isDeep ? frame.framePointer : nil) : frame.stackPointer else {
        return nil
      }
      end = start + rule.words
      if rule.savesFramePointer { framePointer = nil }
    } else if words.isDeep, let index = callSite(frame, names, words, base) {
      end = index + 1
      framePointer = nil
      let found = CodeRule(isAboveFramePointer: false, words: end - frame.stackPointer, savesFramePointer: true)
      if rules[key].map({ found.words < $0.words }) ?? true { rules[key] = found }
    } else if !words.isDeep, leaf.program == nil, let index = Self.prologueWord(place, names) {
      end = index + 1
    } else {
      return nil
    }
    guard end > frame.stackPointer, let value = words[end - 1] else { return nil }
    frame = Frame(address: value &- base, isReturn: true, stackPointer: end, framePointer: framePointer)
    return value
  }

  // Without a rule: the nearest word that stands behind a call which may have come here.
  private func callSite(_ frame: Frame, _ names: CodeNames, _ words: TopWords, _ base: UInt64) -> Int? {
    let function = names.functions.function(at: frame.place)?.start
    return words.indices.first { index in
      guard index >= frame.stackPointer, let value = words[index] else { return false }
      switch names.call(before: value &- base) {
      case .direct(let target): return function == nil || target == function
      case .indirect: return true
      case nil: return false
      }
    }
  }

  // A recording that kept no rules: push %rbp is one byte, mov %rsp, %rbp three.
  private static func prologueWord(_ place: UInt64, _ names: CodeNames) -> Int? {
    guard let start = names.functions.function(at: place)?.start, place - start < 4 else { return nil }
    return place == start ? 0 : 1
  }

  private static let depthLimit = 64

  // MARK: Words that are no addresses

  private static func isMarked(_ word: UInt64) -> Bool {
    word >> 63 == 0 && word & StackAddress.truncated != 0
  }

  private static func program(_ word: UInt64) -> Int? {
    isMarked(word) && word & StackAddress.program(0) == StackAddress.program(0) ? Int(word & 0xffff_ffff) : nil
  }

  // Programs end below the kernel's slots of the address space, and below the upper half of kernels that live there.
  static let kernelStart: UInt64 = 0x6000_0000_0000
}

/// The words from the top of an interrupted stack that may be return addresses, by their places.
private struct TopWords {
  private var values: [Int: UInt64] = [:]
  private(set) var indices: [Int] = []
  /// Where rbp points, when that is on this stack.
  private(set) var framePointer: Int?
  /// More than the two topmost: there is no chain of frame pointers.
  private(set) var isDeep = false

  var isEmpty: Bool { values.isEmpty }
  subscript(index: Int) -> UInt64? { values[index] }

  /// Takes those that stand before `index` in a stack, outermost first.
  init(_ frames: [UInt64], before index: inout Int) {
    while index >= 0, let word = StackAddress.Candidate(frames[index]) {
      index -= 1
      switch word {
      case .returnAddress(let value, let place):
        values[place] = value
        indices.append(place)
      case .framePointer(let place):
        isDeep = true
        framePointer = place
      }
    }
    indices.sort()
  }
}
