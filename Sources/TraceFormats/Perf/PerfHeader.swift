// The first line of an event in `perf script` text: `comm pid/tid [cpu] time: period event:`.
//
// Every field but the command may be missing. The pid is the first word of digits (and a slash), as a command may hold
// blanks; the event is the last word, when it ends in a colon. After it, without a call chain, may come the sampled
// address. Source: perf-script(1), the `-F` option.

struct PerfHeader {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  var command: Bytes
  /// Nil where only a thread is named.
  var process: Bytes?
  var thread: Bytes?
  /// Nanoseconds.
  var time: UInt64?
  var period: UInt64?
  /// Without its colon.
  var event: Bytes?
  /// What stands behind the event: one frame without a chain.
  var rest: Bytes?

  init(_ line: Bytes) {
    var words = Words(line)
    var before: Int?
    command = line
    while let word = words.next() {
      guard thread == nil else {
        take(word, line)
        continue
      }
      if before != nil, let (process, thread) = Self.identifiers(word) {
        command = line.trimmed(to: before!)
        (self.process, self.thread) = (process, thread)
      }
      before = line.offset(of: word) + word.count
    }
    if thread == nil { withoutIdentifiers(line) }
  }

  /// `123/456` or `456`.
  private static func identifiers(_ word: Bytes) -> (Bytes?, Bytes)? {
    guard let first = word.first, first.isDigit else { return nil }
    guard let slash = word.firstIndex(of: UInt8(ascii: "/")) else {
      return word.allSatisfy({ $0.isDigit }) ? (nil, word) : nil
    }
    let (process, thread) = (word[..<slash], word[(slash + 1)...])
    guard !thread.isEmpty, process.allSatisfy({ $0.isDigit }), thread.allSatisfy({ $0.isDigit }) else { return nil }
    return (Bytes(rebasing: process), Bytes(rebasing: thread))
  }

  /// A word behind the thread: time, period or event; what follows an event is the frame.
  private mutating func take(_ word: Bytes, _ line: Bytes) {
    if rest != nil { return }
    let isClosed = word.last == UInt8(ascii: ":")
    if event != nil, !isClosed {
      rest = Bytes(rebasing: line[line.offset(of: word)...])
    } else if isClosed, time == nil, let time = Self.nanoseconds(word.dropLast()) {
      self.time = time
    } else if isClosed {
      event = Bytes(rebasing: word.dropLast())
    } else if let number = UInt64(decimal: word) {
      period = number
    }
  }

  /// The command ends at the first word that can only be a time or an event.
  private mutating func withoutIdentifiers(_ line: Bytes) {
    var words = Words(line)
    var end: Int?
    while let word = words.next() {
      let isField = word.last == UInt8(ascii: ":") || word.first == UInt8(ascii: "[")
      if isField, end == nil { end = line.offset(of: word) }
      if end != nil { take(word, line) }
    }
    command = line.trimmed(to: end ?? line.count)
  }

  /// `123.456789`.
  static func nanoseconds(_ word: Slice<Bytes>) -> UInt64? {
    guard let point = word.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    let fraction = word[(point + 1)...]
    guard fraction.count <= 9, let whole = UInt64(decimal: Bytes(rebasing: word[..<point])),
      let part = UInt64(decimal: Bytes(rebasing: fraction))
    else { return nil }
    let scale = (0..<(9 - fraction.count)).reduce(UInt64(1)) { power, _ in power * 10 }
    let (seconds, isOver) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    return isOver ? nil : seconds.addingReportingOverflow(part * scale).partialValue
  }
}
