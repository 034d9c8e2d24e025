// How one row of each aggregate table looks on the wire.
//
// Each writer returns what the lane remembers to tell a changed row from one already sent, or nil when it wrote none.
import CMachine

extension FrameWriter {
  mutating func aggregateHead(_ type: FrameType, tag: UInt8, generation: UInt64) {
    byte(Frame.head(type, tag: tag))
    varint(generation)
  }
}

extension AggregateLane {
  func counts(_ index: Int, _ source: AggregateSource, _ frame: inout FrameWriter) -> UInt64? {
    let count = source.occurrences(index)
    guard isDue(count, before: sentCounts[index]) else { return nil }
    let row = source.row(index)
    frame.varint(UInt64(truncatingIfNeeded: index))
    frame.varint(row.count)
    frame.varint(row.sum)
    frame.varint(row.count == 0 ? 0 : row.min)
    frame.varint(row.max)
    frame.varint(row.errors)
    frame.varint(row.unimplemented)
    return row.count
  }

  func locks(_ index: Int, _ source: AggregateSource, _ frame: inout FrameWriter) -> UInt64? {
    let lock = source.lock(index)
    guard isDue(lock.acquired, before: sentLocks[index]) else { return nil }
    frame.varint(UInt64(truncatingIfNeeded: index))
    frame.varint(lock.acquired)
    frame.varint(lock.contended)
    frame.varint(lock.waitSum)
    frame.varint(lock.waitMax)
    return lock.acquired
  }

  func program(_ index: Int, _ frame: inout FrameWriter) -> UInt64? {
    guard isDue(1, before: sentPrograms[index]), let program = programs.read(index) else { return nil }
    frame.varint(UInt64(truncatingIfNeeded: index &+ 1))
    frame.varint(program.base)
    frame.byte(UInt8(truncatingIfNeeded: program.nameLength))
    for at in 0..<Int(truncatingIfNeeded: program.nameLength) { frame.byte(program.name[at]) }
    frame.byte(UInt8(truncatingIfNeeded: program.pathLength))
    for at in 0..<Int(truncatingIfNeeded: program.pathLength) { frame.byte(program.path[at]) }
    return 1
  }

  func thread(_ slot: Int, _ frame: inout FrameWriter) -> UInt64? {
    guard let thread = threads.read(slot), isDue(thread.version, before: sentThreads[slot]) else { return nil }
    frame.varint(UInt64(thread.tid))
    frame.varint(UInt64(thread.pid))
    withUnsafeBytes(of: thread.name) { name in
      var length = 0
      while length < 15 && name[length] != 0 { length &+= 1 }
      frame.byte(UInt8(truncatingIfNeeded: length) | (thread.isDead != 0 ? 0x80 : 0))
      for index in 0..<length { frame.byte(name[index]) }
    }
    return thread.version
  }
}
