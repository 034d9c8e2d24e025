// Everything known of one boot of the machine.
//
// Frames are applied whole or not at all. Counters are replaced by what the kernel sent last; nothing is added up from
// events except the span tree, so lost events cost detail and never truth.
import Tracer

public struct Session: Sendable {
  /// Low half byte of the boot id, in every frame.
  public let tag: UInt8
  /// Nil until the first HELLO has come.
  public internal(set) var hello: HelloFrame?
  public internal(set) var cpus: [Int: CPUAccount] = [:]
  /// By number; 512 stands for all numbers from 512 up.
  public internal(set) var systemCalls: [Int: Counter] = [:]
  public internal(set) var spans: [Int: Counter] = [:]
  public internal(set) var locks: [Int: LockCounter] = [:]
  /// How long locks were waited for and held, by class; held only while the key `locks` is on.
  public internal(set) var lockWaits: [Int: Counter] = [:]
  public internal(set) var lockHolds: [Int: Counter] = [:]
  /// Programs whose stacks are counted, by number.
  public internal(set) var programs: [Int: Program] = [:]
  /// Stacks looked at a second on each CPU, as the kernel says.
  public internal(set) var sampleRate = 0
  public internal(set) var threads = ThreadNames()
  public internal(set) var tree = SpanTree()
  /// Context switches among the events received.
  public internal(set) var contextSwitches: UInt64 = 0
  /// The latest time any frame told, ticks.
  public internal(set) var time: UInt64 = 0
  /// The earliest time any frame told, ticks; nil before the first.
  public private(set) var beginning: UInt64?
  public internal(set) var cost = TracerCost()
  /// The kernel's clock at the answer to the last ping.
  public internal(set) var pong: (token: UInt64, tsc: UInt64)?

  /// What the flight recorder keeps; nil when the kernel has said nothing of one.
  public internal(set) var flight: FlightState?
  /// What has set it off, oldest first.
  public internal(set) var triggers: [Trigger] = []

  /// What the kernel leaves out; nil when it has said nothing of it.
  public internal(set) var filter: FilterState?

  var facts = LockFacts()
  var stackNodes: [Int: StackNodes] = [:]
  var stackHistory = StackHistory()
  var generation: UInt64 = 0
  var folder = SpanFolder()
  /// This reader came after the start: its account begins at what it saw first.
  var isLate = false
  private var lastFold: UInt64 = 0

  init(tag: UInt8) { self.tag = tag }

  /// The account over all CPUs.
  public var losses: Losses { cpus.values.reduce(Losses()) { $0 + $1.losses } }

  /// Durations of events and histograms in nanoseconds; nil before the first HELLO.
  public func nanoseconds(ticks: UInt64) -> Double? {
    hello.map { Double(ticks) * Double(1 << $0.tickShift) * 1e9 / Double($0.tscHertz) }
  }

  public func nanoseconds(tsc: UInt64) -> Double? { hello.map { Double(tsc) * 1e9 / Double($0.tscHertz) } }

  /// Ticks in a second; nil before the first HELLO.
  public var ticksPerSecond: UInt64? { hello.map { $0.tscHertz >> UInt64($0.tickShift) } }

  mutating func advance(to time: UInt64) {
    self.time = max(self.time, time)
    beginning = min(beginning ?? time, time)
  }

  /// Folds what is old enough, four times a second of the stream's time.
  mutating func foldWhenDue() {
    let second = ticksPerSecond ?? 1 << 27
    guard time &- lastFold > second / 4 else { return }
    lastFold = time
    fold(before: time > second / 2 ? time - second / 2 : 0, everything: false)
  }

  /// Events that wait for what may enclose them.
  public var pendingSpans: Int { folder.pendingCount }

  /// Folds all events; at the end of the stream.
  mutating func foldEverything() { fold(before: UInt64.max, everything: true) }

  private mutating func fold(before horizon: UInt64, everything: Bool) {
    let threads = self.threads
    let patience = 60 * (ticksPerSecond ?? 1 << 27)
    folder.fold(
      into: &tree, before: horizon, everything: everything, stale: time > patience ? time - patience : 0,
      hasEnded: { threads.threads[$0]?.isAlive == false }, name: { threads.name($0) })
  }

  /// Takes note of the generation of an aggregate frame; false when the frame is from before a reset.
  mutating func accept(generation: UInt64) -> Bool {
    if generation > self.generation {
      self.generation = generation
      systemCalls = [:]
      spans = [:]
      locks = [:]
      lockWaits = [:]
      lockHolds = [:]
      facts = LockFacts()
      stackNodes = [:]
      stackHistory = StackHistory()
    }
    return generation == self.generation
  }

  /// Calls `change` with the counter of a row.
  mutating func update(row: Int, _ change: (inout Counter) -> Void) {
    if row <= RowIndex.other {
      change(&systemCalls[row, default: Counter()])
    } else if row < RowIndex.lockWait(0) {
      change(&spans[row - RowIndex.other, default: Counter()])
    } else if row < RowIndex.lockHold(0) {
      change(&lockWaits[row - RowIndex.lockWait(0), default: Counter()])
    } else {
      change(&lockHolds[row - RowIndex.lockHold(0), default: Counter()])
    }
  }
}
