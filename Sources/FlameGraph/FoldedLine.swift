// One line of folded text: frames, a blank, a count.
//
// The count is a whole number up to 2^64 - 1 or a decimal fraction, of which `FoldedStacks.decimalLimit` digits are
// kept and the rest rounded. Blanks around and a carriage return at the end mean nothing.
import Glibc

struct FoldedLine {
  var frames: UnsafeBufferPointer<UInt8>
  var value: UInt64
  /// Digits of the value behind the point.
  var decimals: Int

  enum Outcome {
    case blank
    case line(FoldedLine)
    case bad(FoldedParser.Reason)
  }

  static func parse(_ line: UnsafeBufferPointer<UInt8>) -> Outcome {
    guard let base = line.baseAddress else { return .blank }
    var end = line.count
    while end > 0, isBlank(base[end &- 1]) { end &-= 1 }
    var start = 0
    while start < end, isBlank(base[start]) { start &+= 1 }
    guard start < end else { return .blank }
    var word = end
    while word > start, !isBlank(base[word &- 1]) { word &-= 1 }
    var last = word
    while last > start, isBlank(base[last &- 1]) { last &-= 1 }
    var count = FoldedCount()
    if let reason = count.read(UnsafeBufferPointer(start: base + word, count: end - word)) { return .bad(reason) }
    guard last > start else { return .bad(.noFrames) }
    let frames = UnsafeBufferPointer(start: base + start, count: last - start)
    return .line(FoldedLine(frames: frames, value: count.value, decimals: count.decimals))
  }

  @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
}

/// The number at the end of a line.
struct FoldedCount {
  private(set) var value: UInt64 = 0
  private(set) var decimals = 0

  /// Nil, or why the word is none.
  mutating func read(_ word: UnsafeBufferPointer<UInt8>) -> FoldedParser.Reason? {
    if word.count < 20 {
      var value: UInt64 = 0
      for byte in word {
        let digit = byte &- 0x30
        guard digit < 10 else { return readSlowly(word) }
        value = value &* 10 &+ UInt64(digit)
      }
      self.value = value
      return word.isEmpty ? .noCount : nil
    }
    return readSlowly(word)
  }

  private mutating func readSlowly(_ word: UnsafeBufferPointer<UInt8>) -> FoldedParser.Reason? {
    let digits = word.first == 0x2d || word.first == 0x2b ? word.dropFirst() : word[...]
    let parts = digits.split(separator: 0x2e, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ $0.allSatisfy { $0 &- 0x30 < 10 } }), parts.contains(where: { !$0.isEmpty }) else {
      return .noCount
    }
    if word.first == 0x2d { return .negative }
    var fraction = parts.count > 1 ? Array(parts[1]) : []
    while fraction.last == 0x30 { fraction.removeLast() }
    let kept = fraction.prefix(FoldedStacks.decimalLimit)
    guard let whole = Self.number(parts[0], 0) else { return .tooLarge }
    guard !kept.isEmpty else {
      value = whole
      return nil
    }
    // Digits give way, last first, until the number fits: it stays right to one part in 2^60.
    for count in (0...kept.count).reversed() {
      guard let value = Self.number(kept.prefix(count), whole) else { continue }
      let isUp = count < fraction.count && fraction[count] >= 0x35 && value < .max
      (self.value, decimals) = (value + (isUp ? 1 : 0), count)
      return nil
    }
    return .tooLarge
  }

  private static func number(_ digits: some Sequence<UInt8>, _ start: UInt64) -> UInt64? {
    var value = start
    for digit in digits {
      let (shifted, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isMore) = shifted.addingReportingOverflow(UInt64(digit - 0x30))
      if isOver || isMore { return nil }
      value = sum
    }
    return value
  }
}
