// The tracer of one CPU, as the kernel sees it: a pointer to that CPU's area.
//
// Invariants: every probe runs on the owning CPU and may nest in interrupts and NMI; nothing here locks, waits or
// allocates; a full ring drops the newest record and counts it by class. The kernel keeps the pointer in the `trace`
// field of the per-CPU data, where `CPUTrace.current` finds it.
import CMachine

public struct CPUTrace {
  var area: UnsafeMutablePointer<CPUArea>

  /// The tracer of the CPU this runs on. Only when probes are on: the area must exist.
  @inline(__always)
  public static var current: CPUTrace { CPUTrace(memory: apus_cpu_trace().unsafelyUnwrapped) }

  /// An area initialised before.
  @inline(__always)
  public init(memory: UnsafeMutableRawPointer) { area = memory.assumingMemoryBound(to: CPUArea.self) }

  /// What goes into the per-CPU `trace` field.
  public var memory: UnsafeMutableRawPointer { UnsafeMutableRawPointer(area) }

  /// How much one CPU's tracer can hold.
  public struct Capacity {
    /// Words of the ring: a power of two, at least 256.
    public var ringWords: Int
    /// Rows with a histogram of their own: at least 1.
    public var histograms: Int
    /// Facts about locks, and nodes of the tree of stacks: powers of two.
    public var lockFacts: Int
    public var stackNodes: Int

    public init(ringWords: Int, histograms: Int, lockFacts: Int = 64, stackNodes: Int = 64) {
      self.ringWords = ringWords
      self.histograms = histograms
      self.lockFacts = lockFacts
      self.stackNodes = stackNodes
    }
  }

  /// Bytes of memory for `capacity`.
  public static func bytesNeeded(_ capacity: Capacity) -> Int {
    CPUArea.headerBytes + CPUArea.rowBytes + (capacity.histograms * CPUArea.blockWords + capacity.ringWords) * 8
      + CPUArea.heldLocksBytes + TallyTable.bytesNeeded(capacity: capacity.lockFacts)
      + TallyTable.bytesNeeded(capacity: capacity.stackNodes)
  }

  /// Lays out an area in `memory`, which need not be zeroed but is 64-byte aligned and `bytesNeeded` long.
  /// `tickShift` comes from `TickShift.forClock`.
  public init(initialize memory: UnsafeMutableRawPointer, _ capacity: Capacity, tickShift: Int) {
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.bytesNeeded(capacity))
    self.init(memory: memory)
    let rows = memory + CPUArea.headerBytes
    let blocks = rows + CPUArea.rowBytes
    let ring = blocks + capacity.histograms * CPUArea.blockWords * 8
    let held = ring + capacity.ringWords * 8
    let facts = held + CPUArea.heldLocksBytes
    area.pointee.rows = rows.assumingMemoryBound(to: Row.self)
    area.pointee.blocks = blocks.assumingMemoryBound(to: UInt64.self)
    area.pointee.ring = ring.assumingMemoryBound(to: UInt64.self)
    area.pointee.ringMask = UInt64(capacity.ringWords - 1)
    area.pointee.ringLimit = UInt64(capacity.ringWords) - CPUArea.ringMargin
    area.pointee.headLimit = area.pointee.ringLimit
    area.pointee.tickShift = UInt64(tickShift)
    area.pointee.blockCapacity = UInt64(capacity.histograms)
    area.pointee.heldLocks = held.assumingMemoryBound(to: HeldLocks.self)
    area.pointee.lockFacts = TallyTable(zeroed: facts, capacity: capacity.lockFacts)
    area.pointee.stacks = TallyTable(
      zeroed: facts + TallyTable.bytesNeeded(capacity: capacity.lockFacts), capacity: capacity.stackNodes)
    prepareRows()
  }

  /// Clears counts and histograms when the host has asked for it. Call at every timer interrupt of this CPU: only the
  /// owner may clear what it increments.
  @inline(__always)
  public func timerTick() {
    if area.pointee.resetDone != area.pointee.resetWanted { reset() }
  }

  func reset() {
    let wanted = area.pointee.resetWanted
    for index in 0..<RowIndex.count {
      let block = area.pointee.rows[index].block
      if let block { block.update(repeating: 0, count: CPUArea.blockWords) }
      area.pointee.rows[index] = Row.empty(index)
      area.pointee.rows[index].block = block
    }
    let locks = apus_trace_locks(apus_percpu())
    for index in 0..<Int(apus_lock_class_count.rawValue) {
      locks.acquired[index] = 0
      locks.contended[index] = 0
      locks.wait_sum[index] = 0
      locks.wait_max[index] = 0
    }
    area.pointee.lockFacts.clear()
    area.pointee.stacks.clear()
    // Entries of held locks name rows that are gone.
    forgetHeldLocks()
    area.pointee.resetDone = wanted
  }

  private func prepareRows() {
    for index in 0..<RowIndex.count { area.pointee.rows[index] = Row.empty(index) }
    area.pointee.rows[RowIndex.other].block = area.pointee.blocks
    area.pointee.blocksUsed = 1
  }
}

extension Row {
  static func empty(_ index: Int) -> Row {
    Row(
      count: 0, sum: 0, min: UInt64.max, max: 0, errors: 0, unimplemented: 0, block: nil,
      header: RingWord(RowIndex.symbol(index), end: 0, duration: 0, small: 0).bits)
  }
}

/// The time unit of events.
public enum TickShift {
  /// The shift that makes a tick the nearest power of two of TSC ticks to 6 ns.
  public static func forClock(hertz: UInt64) -> Int {
    var shift = 0
    // 2^(s + 1/2) TSC ticks are shorter than 6 ns: the next power is nearer. 1.414 × 1000 / 6 = 235.7.
    while (UInt64(1) << UInt64(shift)) &* 235_702_260 < hertz { shift += 1 }
    return shift
  }
}
