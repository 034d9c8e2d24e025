// When stacks were counted: the kernel tells totals, this keeps what each frame added to them, by stretches of time.
//
// Memory is bounded by time and by number; what does not fit goes from the front, and `start` says since when all is
// known. A reader that came late is told totals from before its time: for `settling` seconds a row that it hears of for
// the first time is no news. Copies share the stretches that have ended.
import Tracer

struct StackHistory: Sendable {
  /// What was added to one row.
  struct Delta: Sendable {
    var place: UInt32
    var count: UInt32
    /// TSC ticks.
    var sum: UInt64
  }

  private struct Slice: Sendable {
    var number: UInt64
    var deltas: [Delta] = []
  }

  /// About 0.4 s of 6 ns ticks.
  private static let shift: UInt64 = 26
  static let sliceLimit = 192
  static let deltaLimit = 1 << 17
  static let settling: UInt64 = 5

  private var slices: [Slice] = []
  private(set) var count = 0
  /// Ticks: what was counted before is not here.
  private(set) var start: UInt64 = 0

  static func place(cpu: Int, row: Int) -> UInt32 { UInt32(row) << 8 | UInt32(cpu) }

  /// Takes note of what was counted; `time` is the latest that the stream has told.
  mutating func add(_ delta: Delta, at time: UInt64) {
    let number = time >> Self.shift
    // Time may have gone back by a little between two CPUs.
    if slices.last.map({ $0.number < number }) ?? true { slices.append(Slice(number: number)) }
    slices[slices.count - 1].deltas.append(delta)
    count += 1
    while slices.count > 1, count > Self.deltaLimit || slices[0].number + UInt64(Self.sliceLimit) < number {
      count -= slices[0].deltas.count
      slices.removeFirst()
      start = slices[0].number << Self.shift
    }
  }

  /// Nothing before `time` is known as what was counted then.
  mutating func begin(at time: UInt64) { start = max(start, time) }

  /// The sums of each place over the slices that began at `since` or later, each slice by its weight.
  func sums(since: UInt64, weight: (_ end: UInt64) -> Double) -> [UInt32: (count: Double, sum: Double)] {
    var sums: [UInt32: (count: Double, sum: Double)] = [:]
    for slice in slices where slice.number << Self.shift >= since {
      let weight = weight((slice.number + 1) << Self.shift)
      guard weight > 0 else { continue }
      for delta in slice.deltas {
        sums[delta.place, default: (0, 0)].count += weight * Double(delta.count)
        sums[delta.place, default: (0, 0)].sum += weight * Double(delta.sum)
      }
    }
    return sums
  }
}

extension Session {
  /// The stacks of a kind that were counted in a window that ends now, and not before `since` (ticks).
  public func stacks(_ kind: StackKind, in window: TimeWindow, since: UInt64 = 0) -> [CountedStack] {
    let second = Double(ticksPerSecond ?? 1 << 27)
    let sums = stackHistory.sums(since: since) { end in
      // The last slice goes on: its end lies ahead.
      window.weight(ofAge: end < time ? Double(time - end) / second : 0)
    }
    return stackNodes.sorted { $0.key < $1.key }.flatMap { cpu, nodes in
      nodes.stacks(of: kind) { row in sums[StackHistory.place(cpu: cpu, row: row)] }
    }
  }

  /// Seconds back to which it is known when stacks were counted; nil: back to the beginning.
  public var stackHistoryReach: Double? {
    guard stackHistory.start > 0 else { return nil }
    return Double(time - min(time, stackHistory.start)) / Double(ticksPerSecond ?? 1 << 27)
  }

  /// Notes what a row's new totals add to the old; nil: the row was not known.
  mutating func noteStack(
    cpu: Int, row: Int, from old: (count: UInt64, sum: UInt64)?, to new: (count: UInt64, sum: UInt64)
  ) {
    guard cpu < 256 else { return }
    if old == nil && isSettling {
      stackHistory.begin(at: time)
      return
    }
    let (count, sum) = old ?? (0, 0)
    guard new.count > count || new.sum > sum, new.sum >= sum else { return }
    stackHistory.add(
      StackHistory.Delta(
        place: StackHistory.place(cpu: cpu, row: row), count: UInt32(clamping: new.count &- count), sum: new.sum - sum),
      at: time)
  }

  // Totals of a late reader's first seconds are what was counted before it came.
  private var isSettling: Bool {
    guard isLate || hello == nil else { return false }
    return time &- (beginning ?? time) < StackHistory.settling &* (ticksPerSecond ?? 1 << 27)
  }
}
