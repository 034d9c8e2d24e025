// A lane that sends the tables of all CPUs: facts about locks, or stacks. A row goes out when its count has changed.
//
// Values are cumulative, each row is understood alone, and each pass repeats a thirty-second of the rows, so a lost frame
// is made good. A stack's row carries parent and address when it is sent first and when it is repeated; else only its
// place, count and sum: a stack seen again costs a few bytes. Between two passes lies `pause`, or as long as the last
// pass took, so that events are never starved. The drain's, under its one caller.
import CMachine

struct TallyLane {
  enum Content { case lockFacts, stacks }

  private let content: Content
  private let tag: UInt8
  private let pause: UInt64
  private var cpu = 0
  private var row = 0
  private var pass = 0
  private var isResting = true
  private var everything = false
  private var passStart: UInt64 = 0
  private var nextPass: UInt64 = 0

  init(_ content: Content, boot: BootInfo) {
    self.content = content
    tag = boot.tag
    pause = boot.tscHertz / 4
  }

  /// Begins a pass now; `everything` sends rows that have not changed too.
  mutating func start(now: UInt64, everything: Bool) {
    cpu = 0
    row = 0
    pass &+= 1
    isResting = false
    self.everything = everything
    passStart = now
  }

  /// Fills the next frame of the pass; false when there is nothing to say now.
  mutating func fill(_ frame: inout FrameWriter, _ source: AggregateSource, rate: UInt32, now: UInt64) -> Bool {
    if isResting {
      guard now >= nextPass else { return false }
      start(now: now, everything: false)
    }
    while cpu < source.count {
      let area = source.cpus[cpu].trace.area
      let table = content == .stacks ? area.pointee.stacks : area.pointee.lockFacts
      frame.aggregateHead(content == .stacks ? .stacks : .lockFacts, tag: tag, generation: source.generation)
      frame.byte(UInt8(truncatingIfNeeded: cpu))
      frame.varint(table.refused)
      if content == .stacks { frame.varint(UInt64(rate)) }
      if fillRows(&frame, table) { return true }
      frame.rollBack(to: FrameWriter.start)
      cpu &+= 1
      row = 0
    }
    isResting = true
    let duration = now &- passStart
    nextPass = now &+ (duration > pause ? duration : pause)
    return false
  }

  private mutating func fillRows(_ frame: inout FrameWriter, _ table: TallyTable) -> Bool {
    var isFilled = false
    var next = 0
    var address: UInt64 = 0
    while row < table.used {
      let value = table.rows[row]
      let isWhole = value.sent == 0 || everything || (row &+ pass) & 31 == 0
      if isWhole || value.sent != value.count &+ 1 {
        let mark = frame.mark
        if content == .stacks {
          frame.stackRow(value, place: row &- next, isWhole: isWhole, previous: &address)
        } else {
          frame.factRow(value)
        }
        if frame.overflowed {
          frame.rollBack(to: mark)
          return isFilled
        }
        table.rows[row].sent = value.count &+ 1
        next = row &+ 1
        isFilled = true
      }
      row &+= 1
    }
    return isFilled
  }
}

extension FrameWriter {
  fileprivate mutating func factRow(_ row: TallyRow) {
    varint(row.first)
    varint(row.second)
    varint(row.count)
    varint(row.sum)
    varint(row.max)
  }

  // Addresses lie near each other: each is told by its distance from the one before, its sign in the lowest bit.
  fileprivate mutating func stackRow(_ row: TallyRow, place: Int, isWhole: Bool, previous: inout UInt64) {
    varint(UInt64(truncatingIfNeeded: place) &<< 1 | (isWhole ? 1 : 0))
    if isWhole {
      varint(row.first)
      let distance = row.second &- previous
      varint(distance &<< 1 ^ (distance &>> 63 == 0 ? 0 : ~0))
      previous = row.second
    }
    varint(row.count)
    varint(row.sum)
  }
}
