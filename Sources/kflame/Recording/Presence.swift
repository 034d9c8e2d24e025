// The stretches of time that a span has for itself, split into those on the CPU and those away from it.

struct Presence {
  private(set) var here: [Range<UInt64>] = []
  private(set) var away: [Range<UInt64>] = []

  /// `own` and `absences`: each in the order of time. `off`: how long it was away in all; what the absences do not
  /// explain of that is taken from the end.
  init(_ own: [Range<UInt64>], _ absences: [Range<UInt64>], off: UInt64) {
    for stretch in own { cut(stretch, absences) }
    let known = away.reduce(0) { $0 + $1.length }
    if off > known { trim(off - known) }
  }

  private mutating func cut(_ stretch: Range<UInt64>, _ absences: [Range<UInt64>]) {
    var start = stretch.lowerBound
    for absence in absences[Self.firstEnding(after: start, absences)...] {
      guard absence.lowerBound < stretch.upperBound else { break }
      let gone = absence.clamped(to: start..<stretch.upperBound)
      if gone.lowerBound > start { here.append(start..<gone.lowerBound) }
      if !gone.isEmpty { away.append(gone) }
      start = gone.upperBound
    }
    if start < stretch.upperBound { here.append(start..<stretch.upperBound) }
  }

  private static func firstEnding(after time: UInt64, _ absences: [Range<UInt64>]) -> Int {
    var (low, high) = (0, absences.count)
    while low < high {
      let middle = (low + high) / 2
      if absences[middle].upperBound <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func trim(_ rest: UInt64) {
    var rest = rest
    while rest > 0, let last = here.popLast() {
      let gone = min(rest, last.length)
      let end = last.upperBound - gone
      if end > last.lowerBound { here.append(last.lowerBound..<end) }
      away.append(end..<last.upperBound)
      rest -= gone
    }
  }
}

extension Range<UInt64> {
  /// `count` is an Int, and a stream may tell of times that are none.
  fileprivate var length: UInt64 { upperBound - lowerBound }
}
