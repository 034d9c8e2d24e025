// Reads folded text, `outer;inner;leaf COUNT` a line, in pieces of any size.
//
// Line ends may be LF or CRLF, a byte order mark is skipped, invalid UTF-8 is repaired, counts go up to 2^64 - 1. A
// line that is something else adds nothing and is reported with its number; the first `badLineLimit` are kept.

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
    case fraction = "the count is a fraction; expected a whole number"
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
    for index in 0..<bytes.count where bytes[index] == UInt8(ascii: "\n") {
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
    var line = line[...]
    if lineCount == 1, line.starts(with: [0xef, 0xbb, 0xbf]) { line = line.dropFirst(3) }
    while let last = line.last, Self.isBlank(last) { line.removeLast() }
    while let first = line.first, Self.isBlank(first) { line.removeFirst() }
    guard !line.isEmpty else { return }
    switch Self.split(line) {
    case .success(let (frames, count)): add(frames, count)
    case .failure(let bad):
      badLineCount += 1
      if badLines.count < Self.badLineLimit { badLines.append(BadLine(line: lineCount, reason: bad.reason)) }
    }
  }

  private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>
  private struct Bad: Error { var reason: Reason }

  private mutating func add(_ frames: Bytes, _ count: UInt64) {
    var node: UInt32 = 0
    for frame in frames.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
      node = stacks.child(of: node, stacks.intern(UnsafeBufferPointer(rebasing: frame)))
    }
    stacks.add(count, to: node)
  }

  /// The frames and the count behind the last blank.
  private static func split(_ line: Bytes) -> Result<(Bytes, UInt64), Bad> {
    let blank = line.lastIndex(where: isBlank)
    let word = line[(blank.map { $0 + 1 } ?? line.startIndex)...]
    switch count(word) {
    case .failure(let bad): return .failure(bad)
    case .success(let count):
      var frames = line[..<(blank ?? line.startIndex)]
      while let last = frames.last, isBlank(last) { frames.removeLast() }
      return frames.isEmpty ? .failure(Bad(reason: .noFrames)) : .success((frames, count))
    }
  }

  private static func count(_ word: Bytes) -> Result<UInt64, Bad> {
    var value: UInt64 = 0
    for (index, byte) in word.enumerated() {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return .failure(Bad(reason: why(word, index))) }
      let (shifted, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, more) = shifted.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      if over || more { return .failure(Bad(reason: .tooLarge)) }
      value = sum
    }
    return .success(value)
  }

  /// Why a word is no count, by the place of its first byte that is no digit.
  private static func why(_ word: Bytes, _ index: Int) -> Reason {
    let isNumber = word.dropFirst().allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") }
    guard isNumber, word.contains(where: isDigit) else { return .noCount }
    if index == 0, word.first == UInt8(ascii: "-") { return .negative }
    return word[word.startIndex + index] == UInt8(ascii: ".") ? .fraction : .noCount
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}
