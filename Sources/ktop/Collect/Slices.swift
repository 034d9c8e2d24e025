// Values by stretches of time: the last 128 of them, of one length that doubles while all of a short stream is to be
// seen, up to about a second.
//
// A slice is `time >> shift`; each place knows which slice it is of, so that what is old needs no clearing.

struct SliceClock: Sendable, Equatable {
  static let count = 128
  /// About 12 ms and 0.8 s: ticks are some 6 ns.
  private static let (shortest, longest) = (21, 27)

  private(set) var shift = SliceClock.shortest
  /// The first time there was.
  private(set) var first: UInt64?

  func slice(of time: UInt64) -> UInt64 { time >> UInt64(shift) }

  /// Takes note of a time; true when slices became twice as long, and everything kept in them has to follow.
  mutating func reach(_ time: UInt64) -> Bool {
    guard let first else {
      first = time
      return false
    }
    guard shift < Self.longest, time > first, (time >> UInt64(shift)) &- (first >> UInt64(shift)) >= UInt64(Self.count)
    else { return false }
    shift += 1
    return true
  }
}

/// A sum a slice, in `width` cells.
struct Slices: Sendable {
  let width: Int
  private var stamps: [UInt64]
  private var values: [UInt32]

  init(width: Int = 1) {
    self.width = width
    stamps = Array(repeating: .max, count: SliceClock.count)
    values = Array(repeating: 0, count: SliceClock.count * width)
  }

  mutating func add(_ amount: UInt64, slice: UInt64, cell: Int = 0) {
    let place = Int(truncatingIfNeeded: slice) & (SliceClock.count - 1)
    if stamps[place] != slice { clear(place, for: slice) }
    values[place * width + cell] = UInt32(clamping: UInt64(values[place * width + cell]) + amount)
  }

  /// What was added in a slice; nil when it is not kept any more or nothing was.
  func cells(of slice: UInt64) -> ArraySlice<UInt32>? {
    let place = Int(truncatingIfNeeded: slice) & (SliceClock.count - 1)
    return stamps[place] == slice ? values[place * width..<(place + 1) * width] : nil
  }

  /// One cell over the last `count` slices up to `last`, oldest first.
  func series(upTo last: UInt64, count: Int, cell: Int = 0) -> [UInt64] {
    (0..<count).map { index in
      let back = UInt64(count - 1 - index)
      guard last >= back, let cells = cells(of: last - back) else { return 0 }
      return UInt64(cells[cells.startIndex + cell])
    }
  }

  /// Slices have become twice as long.
  mutating func merge() {
    var merged = Slices(width: width)
    for place in 0..<SliceClock.count where stamps[place] != .max {
      for cell in 0..<width where values[place * width + cell] > 0 {
        merged.add(UInt64(values[place * width + cell]), slice: stamps[place] >> 1, cell: cell)
      }
    }
    self = merged
  }

  private mutating func clear(_ place: Int, for slice: UInt64) {
    stamps[place] = slice
    for cell in 0..<width { values[place * width + cell] = 0 }
  }
}
