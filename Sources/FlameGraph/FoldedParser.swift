// Reads folded text, `outer;inner;leaf COUNT` a line, in pieces of any size.
//
// Line ends may be LF or CRLF, a byte order mark is skipped, invalid UTF-8 is repaired, counts are whole
// numbers up to 2^64 - 1 or fractions. A line that is something else adds nothing and is reported with its number; the first `badLineLimit` are kept.
import Glibc

public struct FoldedParser: Sendable {
  public struct BadLine: Sendable, Equatable, CustomStringConvertible {
    /// The first line is 1.
    public var line: Int
    public var reason: Reason
    public var description: String { "line \(line): \(reason.rawValue)" }
  }

  public enum Reason: String, Sendable {
    case noCount = "no count at the end; expected 'outer;inner COUNT'"
    case noFrames = "no frames before the count; expected 'outer;inner COUNT'"
    case negative = "the count is negative; expected 0 or more"
    case tooLarge = "the count is above 2^64 - 1"
  }

  public static let badLineLimit = 20

  public private(set) var stacks = FoldedStacks()
  public private(set) var badLines: [BadLine] = []
  public private(set) var badLineCount = 0
  /// Lines read, blank ones included.
  public private(set) var lineCount = 0
  private var rest: [UInt8] = []

  public init() {}

  /// Parses a whole text.
  public init(_ text: String) {
    feed(Array(text.utf8))
    finish()
  }

  public mutating func feed(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { feed($0) } }

  public mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while start < bytes.count, let found = memchr(bytes.baseAddress! + start, 0x0a, bytes.count - start) {
      let index = UnsafeRawPointer(found) - UnsafeRawPointer(bytes.baseAddress!)
      let line = UnsafeBufferPointer(rebasing: bytes[start..<index])
      start = index + 1
      if rest.isEmpty { take(line) } else { takeRest(line) }
    }
    rest.append(contentsOf: bytes[start...])
  }

  /// The text has ended; its last line may lack a line end.
  public mutating func finish() {
    if !rest.isEmpty { takeRest(UnsafeBufferPointer(start: nil, count: 0)) }
  }

  private mutating func takeRest(_ end: UnsafeBufferPointer<UInt8>) {
    var line = rest
    rest = []
    line.append(contentsOf: end)
    line.withUnsafeBufferPointer { take($0) }
  }

  private mutating func take(_ line: UnsafeBufferPointer<UInt8>) {
    lineCount += 1
    switch FoldedLine.parse(lineCount == 1 ? Self.withoutMark(line) : line) {
    case .blank: break
    case .line(let line): add(line)
    case .bad(let reason):
      badLineCount += 1
      if badLines.count < Self.badLineLimit { badLines.append(BadLine(line: lineCount, reason: reason)) }
    }
  }

  private static func withoutMark(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    line.starts(with: [0xef, 0xbb, 0xbf]) ? UnsafeBufferPointer(rebasing: line.dropFirst(3)) : line
  }

  private mutating func add(_ line: FoldedLine) {
    var node: UInt32 = 0
    let base = line.frames.baseAddress!
    var start = 0
    for index in 0...line.frames.count where index == line.frames.count || base[index] == UInt8(ascii: ";") {
      node = stacks.child(of: node, stacks.intern(UnsafeBufferPointer(start: base + start, count: index - start)))
      start = index + 1
    }
    if line.decimals == 0 {
      stacks.add(line.value, to: node)
    } else {
      stacks.add(UInt128(line.value), decimals: line.decimals, to: node)
    }
  }
}
