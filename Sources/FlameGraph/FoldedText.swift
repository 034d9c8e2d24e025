// Folded text that lies in memory as a whole, drawn without making a tree of it.
//
// Equal stacks are added up, then sorted: by frames, not by bytes, so that all lines that begin alike stand together
// and the frames come out in preorder. That costs one pass of hashing, a check of the order (the tools that write
// folded text sort it) and one pass for the frames. What is rare is left to `FoldedStacks`, which takes everything:
// fractions, sums beyond 64 bits, bytes that are no UTF-8.
import Glibc

struct FoldedText {
  struct Line {
    var start: Int
    var count: UInt32
    /// A hash while equal lines are sought; then how many bytes are as in the line before.
    var shared: UInt32
    var value: UInt64
  }

  private let text: UnsafeBufferPointer<UInt8>
  private(set) var lines: [Line] = []
  private(set) var lineCount = 0
  private(set) var badLines: [FoldedParser.BadLine] = []
  private(set) var badLineCount = 0
  private var sum: UInt64 = 0

  /// Nil when the text has something that is not for here.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    guard text.count < 1 << 40 else { return nil }
    self.text = text
    guard let base = text.baseAddress else { return }
    var start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    while start < text.count {
      let found = memchr(base + start, 0x0a, text.count - start)
      let end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? text.count
      guard take(UnsafeBufferPointer(start: base + start, count: end - start)) else { return nil }
      start = end + 1
    }
    guard lines.count < Int32.max else { return nil }
  }

  private mutating func take(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    lineCount += 1
    switch FoldedLine.parse(line) {
    case .blank: return true
    case .bad(let reason):
      badLineCount += 1
      if badLines.count < FoldedParser.badLineLimit { badLines.append(.init(line: lineCount, reason: reason)) }
      return true
    case .line(let line):
      let (sum, isOver) = sum.addingReportingOverflow(line.value)
      guard line.decimals == 0, !isOver, line.frames.count < UInt32.max else { return false }
      self.sum = sum
      let start = line.frames.baseAddress! - text.baseAddress!
      let new = Line(start: start, count: UInt32(line.frames.count), shared: 0, value: line.value)
      // A line without value has no width, but its stack is no error.
      guard line.value > 0 else { return true }
      lines.append(new)
      return true
    }
  }

  /// The bytes of a line's frames.
  @inline(__always) func bytes(_ line: Line) -> UnsafeRawPointer { UnsafeRawPointer(text.baseAddress! + line.start) }

  /// Puts the lines into the order of their frames. Most texts nearly have it: tools sort by bytes. Of others equal lines
  /// are put together first, for there may be many.
  mutating func sort() {
    let descents = share()
    guard descents > 0, let base = UnsafeRawPointer(text.baseAddress) else { return }
    if descents > lines.count / 8 { lines = EqualLines.merged(lines, text.baseAddress!) }
    lines.sort { FrameOrder.compare(base + $0.start, Int($0.count), base + $1.start, Int($1.count)).order < 0 }
    share()
  }

  /// Finds out what each line shares with the one before, and how many do not stand in order.
  @discardableResult
  mutating func share() -> Int {
    guard let base = UnsafeRawPointer(text.baseAddress) else { return 0 }
    var descents = 0
    for index in lines.indices.dropFirst() {
      let (one, other) = (lines[index - 1], lines[index])
      let (shared, order) = FrameOrder.compare(base + one.start, Int(one.count), base + other.start, Int(other.count))
      lines[index].shared = UInt32(shared)
      if order > 0 { descents += 1 }
    }
    if !lines.isEmpty { lines[0].shared = 0 }
    return descents
  }

  /// At most so many frames come of the lines in their present order.
  var frameLimit: Int {
    guard let base = text.baseAddress else { return 1 }
    var limit = 1
    for line in lines {
      let start = UnsafeRawPointer(base + line.start)
      limit &+= 3 &+ Self.semicolons(start + Int(line.shared), Int(line.count &- line.shared))
    }
    return limit
  }

  private static func semicolons(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    var found = 0
    var offset = 0
    while offset &+ 8 <= count {
      let different = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ 0x3b3b_3b3b_3b3b_3b3b
      // The top bit of every byte that is zero: exact, for no carry leaves its byte.
      let low = (different & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f
      found &+= (~(low | different) & 0x8080_8080_8080_8080).nonzeroBitCount
      offset &+= 8
    }
    while offset < count {
      if bytes.load(fromByteOffset: offset, as: UInt8.self) == 0x3b { found &+= 1 }
      offset &+= 1
    }
    return found
  }
}
