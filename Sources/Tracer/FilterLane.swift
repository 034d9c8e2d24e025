// Tells the host what is filtered: at each change, when asked, and once a second while anything is.
//
// The rows are told as runs, in as many frames as they take; each frame says from which row on it speaks.

struct FilterLane {
  /// The next row to tell; the number of rows when nothing is due.
  private var cursor = RowIndex.count
  private var lastBegun: UInt64 = 0

  mutating func start() { cursor = 0 }

  mutating func fill(
    _ frame: inout FrameWriter, _ filter: TraceFilter, tag: UInt8, now: UInt64, second: UInt64
  ) -> Bool {
    if cursor == RowIndex.count, filter.isOn, now &- lastBegun >= second { cursor = 0 }
    guard cursor < RowIndex.count else { return false }
    if cursor == 0 { lastBegun = now }
    frame.byte(Frame.head(.filter, tag: tag))
    frame.varint(UInt64(filter.process.pid))
    frame.byte(filter.process.withChildren ? 1 : 0)
    frame.varint(UInt64(cursor))
    var isOff = false
    while cursor < RowIndex.count {
      let mark = frame.mark
      let start = cursor
      while cursor < RowIndex.count, filter.isOff(cursor) == isOff { cursor += 1 }
      frame.varint(UInt64(cursor &- start))
      guard !frame.overflowed else {
        frame.rollBack(to: mark)
        cursor = start
        break
      }
      isOff.toggle()
    }
    return true
  }
}
