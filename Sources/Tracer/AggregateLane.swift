// The second lane: counts, lock counters, thread names, histograms and errnos, each row only when it changed. In this
// order: counts are what a reader who has just come shows first.
//
// Values are cumulative and summed over the CPUs. A pass walks all tables once and is cut into frames at any row;
// histograms go with every fourth pass. Each pass repeats a thirty-second of the unchanged rows, so that a frame lost
// on the line is made good even for a system call that is never made again. After a pass the lane rests as long as the
// pass took, or until a quarter of a second after its start: events get at least half of a slow line.
import CMachine

struct AggregateLane {
  enum Phase { case threads, programs, counts, locks, histograms, errors, resting }

  let threads: ThreadTable
  let programs: ProgramTable
  private let tag: UInt8
  private let tickShift: UInt64
  private let pause: UInt64
  // What was sent last: count by row twice, errors by row, acquisitions by lock class, version by thread slot, 1 for a
  // program.
  let sentCounts: UnsafeMutablePointer<UInt64>
  private let sentHistograms: UnsafeMutablePointer<UInt64>
  private let sentErrors: UnsafeMutablePointer<UInt64>
  let sentLocks: UnsafeMutablePointer<UInt64>
  let sentThreads: UnsafeMutablePointer<UInt64>
  let sentPrograms: UnsafeMutablePointer<UInt64>

  private var phase = Phase.resting
  private var row = 0
  /// The next cell of the row's block when a row takes several frames.
  private var cell = 0
  private var pass = 0
  private var withHistograms = false
  private var passStart: UInt64 = 0
  private var nextPass: UInt64 = 0
  private var generation: UInt64 = 0

  static func bytesNeeded(threads: Int, programs: Int) -> Int {
    (RowIndex.count * 3 + lockClasses + threads + programs) * 8
  }
  static var lockClasses: Int { Int(truncatingIfNeeded: apus_lock_class_count.rawValue) }

  init(memory: UnsafeMutableRawPointer, threads: ThreadTable, programs: ProgramTable, boot: BootInfo) {
    self.threads = threads
    self.programs = programs
    tag = boot.tag
    tickShift = UInt64(truncatingIfNeeded: boot.tickShift)
    pause = boot.tscHertz / 4
    sentCounts = memory.assumingMemoryBound(to: UInt64.self)
    sentHistograms = sentCounts + RowIndex.count
    sentErrors = sentHistograms + RowIndex.count
    sentLocks = sentErrors + RowIndex.count
    sentThreads = sentLocks + Self.lockClasses
    sentPrograms = sentThreads + threads.capacity
  }

  /// Begins a pass now; `everything` forgets what has been sent.
  mutating func start(now: UInt64, everything: Bool, histograms: Bool) {
    if everything {
      let bytes = Self.bytesNeeded(threads: threads.capacity, programs: programs.capacity)
      sentCounts.update(repeating: 0, count: bytes / 8)
    }
    phase = .counts
    row = 0
    cell = 0
    pass &+= 1
    passStart = now
    withHistograms = histograms || pass & 3 == 0
  }

  /// Fills the next frame of the pass; false when there is nothing to say now.
  mutating func fill(_ frame: inout FrameWriter, _ source: AggregateSource, now: UInt64) -> Bool {
    if source.generation != generation {
      generation = source.generation
      start(now: now, everything: true, histograms: true)
    }
    if phase == .resting {
      guard now >= nextPass else { return false }
      start(now: now, everything: false, histograms: false)
    }
    let empty = frame.mark
    while phase != .resting {
      let isFilled = fillPhase(&frame, source, now: now)
      if row >= rowCount { nextPhase(now: now) }
      if isFilled { return true }
      frame.rollBack(to: empty)
    }
    return false
  }

  private var rowCount: Int {
    switch phase {
    case .threads: return threads.capacity
    case .programs: return programs.used
    case .locks: return Self.lockClasses
    default: return RowIndex.count
    }
  }

  private mutating func nextPhase(now: UInt64) {
    row = 0
    cell = 0
    switch phase {
    case .counts: phase = .locks
    case .locks: phase = .threads
    case .threads: phase = .programs
    case .programs: phase = withHistograms ? .histograms : .resting
    case .histograms: phase = .errors
    case .errors, .resting: phase = .resting
    }
    guard phase == .resting else { return }
    let duration = now &- passStart
    nextPass = duration > pause / 2 ? now &+ duration : passStart &+ pause
  }

  private mutating func fillPhase(_ frame: inout FrameWriter, _ source: AggregateSource, now: UInt64) -> Bool {
    switch phase {
    case .threads:
      frame.byte(Frame.head(.threads, tag: tag))
      return fillRows(&frame, sent: sentThreads) { lane, frame, row in lane.thread(row, &frame) }
    case .programs:
      frame.byte(Frame.head(.programs, tag: tag))
      return fillRows(&frame, sent: sentPrograms) { lane, frame, row in lane.program(row, &frame) }
    case .counts:
      frame.aggregateHead(.counts, tag: tag, generation: generation)
      frame.varint(now &>> tickShift)
      return fillRows(&frame, sent: sentCounts) { lane, frame, row in lane.counts(row, source, &frame) }
    case .locks:
      frame.aggregateHead(.locks, tag: tag, generation: generation)
      frame.varint(now &>> tickShift)
      return fillRows(&frame, sent: sentLocks) { lane, frame, row in lane.locks(row, source, &frame) }
    case .histograms: return fillCells(&frame, source, .histogram, sent: sentHistograms)
    case .errors: return fillCells(&frame, source, .errors, sent: sentErrors)
    case .resting: return false
    }
  }

  /// True when `row`, sent as `before`, has to be sent as `value`.
  func isDue(_ value: UInt64, before: UInt64) -> Bool {
    value != before || (value != 0 && (row &+ pass) & 31 == 0)
  }

  // Writes due rows until the frame is full. `write` writes one and returns what to remember of it.
  private mutating func fillRows(
    _ frame: inout FrameWriter, sent: UnsafeMutablePointer<UInt64>,
    write: (AggregateLane, inout FrameWriter, Int) -> UInt64?
  ) -> Bool {
    var isFilled = false
    while row < rowCount {
      let mark = frame.mark
      let value = write(self, &frame, row)
      if frame.overflowed {
        frame.rollBack(to: mark)
        return isFilled
      }
      if let value {
        sent[row] = value
        isFilled = true
      }
      row &+= 1
    }
    return isFilled
  }

  // Writes the cells of due rows. A row that does not fit goes on in the next frame; a frame holds one row.
  private mutating func fillCells(
    _ frame: inout FrameWriter, _ source: AggregateSource, _ type: FrameType, sent: UnsafeMutablePointer<UInt64>
  ) -> Bool {
    let isErrors = type == .errors
    while row < rowCount {
      let value = source.stamp(row, errors: isErrors)
      if isDue(value, before: sent[row]) {
        frame.aggregateHead(type, tag: tag, generation: generation)
        frame.varint(UInt64(truncatingIfNeeded: row))
        let isFilled = isErrors ? fillErrnos(&frame, source) : fillBuckets(&frame, source)
        if isFilled {
          if cell == 0 { finishRow(value, sent) }
          return true
        }
        frame.rollBack(to: FrameWriter.start)
      }
      finishRow(value, sent)
    }
    return false
  }

  private mutating func finishRow(_ value: UInt64, _ sent: UnsafeMutablePointer<UInt64>) {
    sent[row] = value
    row &+= 1
    cell = 0
  }

  private mutating func fillBuckets(_ frame: inout FrameWriter, _ source: AggregateSource) -> Bool {
    fillCells(&frame, source, from: 0, count: Histogram.bucketCount)
  }

  private mutating func fillErrnos(_ frame: inout FrameWriter, _ source: AggregateSource) -> Bool {
    fillCells(&frame, source, from: Histogram.bucketCount, count: ErrnoRange.count)
  }

  // Pairs of (cells skipped, value). Leaves `cell` at the first that did not fit, or at 0.
  private mutating func fillCells(
    _ frame: inout FrameWriter, _ source: AggregateSource, from base: Int, count: Int
  ) -> Bool {
    var next = 0
    var isFilled = false
    while cell < count {
      let value = source.cell(row, base &+ cell)
      if value != 0 {
        let mark = frame.mark
        frame.varint(UInt64(truncatingIfNeeded: cell &- next))
        frame.varint(value)
        if frame.overflowed {
          frame.rollBack(to: mark)
          return isFilled
        }
        next = cell &+ 1
        isFilled = true
      }
      cell &+= 1
    }
    cell = 0
    return isFilled
  }
}
