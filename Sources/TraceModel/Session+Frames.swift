// How each type of frame changes a session. False: the frame is malformed and has changed nothing.
import Tracer

extension Session {
  mutating func apply(hello: HelloFrame) {
    if self.hello == nil && hello.sequence > Self.sequenceOfLateAttach {
      for cpu in cpus.keys { cpus[cpu]?.beginAtFirstSeen() }
      isLate = true
    }
    self.hello = hello
    advance(to: hello.now >> UInt64(hello.tickShift))
  }

  /// Returns false when the records had been received before.
  mutating func applyEvents(_ frame: EventFrame) -> Bool {
    var account = account(of: Int(frame.cpu), index: frame.index, dropped: frame.dropped)
    let isNew = account.receive(index: frame.index, records: frame.count, dropped: frame.dropped)
    cpus[Int(frame.cpu)] = account
    guard isNew else { return false }
    frame.withEvents {
      add($0)
      if !triggers.isEmpty { noteTriggered($0) }
    }
    foldWhenDue()
    return true
  }

  // Records of one thread stand together up to a switch, which is the last of its thread.
  private mutating func add(_ events: UnsafeBufferPointer<TraceEvent>) {
    var (earliest, latest) = (UInt64.max, UInt64.min)
    var first = 0
    for index in events.indices {
      earliest = min(earliest, events[index].end)
      latest = max(latest, events[index].end)
      guard events[index].symbol == .contextSwitch else { continue }
      contextSwitches &+= 1
      folder.add(UnsafeBufferPointer(rebasing: events[first..<index]))
      first = index + 1
    }
    folder.add(UnsafeBufferPointer(rebasing: events[first...]))
    guard !events.isEmpty else { return }
    advance(to: latest)
    advance(to: earliest)
  }

  mutating func applyLoss(_ reader: inout FrameReader) -> Bool {
    guard let time = reader.varint(), let bytes = reader.varint(), let frames = reader.varint(),
      let ticks = reader.varint(), let unnamed = reader.varint()
    else { return false }
    var rows: [LossRow] = []
    while !reader.isAtEnd {
      guard let row = LossRow(&reader) else { return false }
      rows.append(row)
    }
    cost = TracerCost(bytesSent: bytes, framesSent: frames, ticksSpent: ticks, unnamedThreads: unnamed)
    advance(to: time)
    for row in rows {
      var account = account(of: row.cpu, index: row.index, dropped: row.dropped.reduce(0, &+))
      account.report(index: row.index, dropped: row.dropped.reduce(0, &+))
      account.pendingWords = row.pendingWords
      account.droppedByClass = row.dropped
      cpus[row.cpu] = account
    }
    foldWhenDue()
    return true
  }

  mutating func applyCounts(_ reader: inout FrameReader) -> Bool {
    guard let generation = reader.varint(), let time = reader.varint() else { return false }
    var rows: [CountsRow] = []
    while !reader.isAtEnd {
      guard let row = CountsRow(&reader) else { return false }
      rows.append(row)
    }
    advance(to: time)
    guard accept(generation: generation) else { return true }
    let second = ticksPerSecond ?? 1 << 27
    for row in rows { update(row: row.index) { $0.update(row, time: time, second: second) } }
    return true
  }

  mutating func applyLocks(_ reader: inout FrameReader) -> Bool {
    guard let generation = reader.varint(), let time = reader.varint() else { return false }
    var rows: [LocksRow] = []
    while !reader.isAtEnd {
      guard let row = LocksRow(&reader) else { return false }
      rows.append(row)
    }
    advance(to: time)
    guard accept(generation: generation) else { return true }
    for row in rows { locks[row.lockClass, default: LockCounter()].update(row, time: time) }
    return true
  }

  mutating func applyCells(_ reader: inout FrameReader, isErrors: Bool) -> Bool {
    let limit = UInt64(isErrors ? ErrnoRange.count : Histogram.bucketCount)
    guard let generation = reader.varint(), let row = reader.varint(), row < UInt64(RowIndex.count) else {
      return false
    }
    var cells: [(index: Int, value: UInt64)] = []
    var next: UInt64 = 0
    while !reader.isAtEnd {
      guard let skipped = reader.varint(), skipped < limit, let value = reader.varint() else { return false }
      guard next + skipped < limit else { return false }
      cells.append((Int(next + skipped), value))
      next += skipped + 1
    }
    guard accept(generation: generation) else { return true }
    update(row: Int(row)) { counter in
      for cell in cells {
        if isErrors { counter.errnos[cell.index] = cell.value } else { counter.setBucket(cell.index, cell.value) }
      }
    }
    return true
  }

  mutating func applyThreads(_ reader: inout FrameReader) -> Bool {
    var rows: [ThreadInfo] = []
    while !reader.isAtEnd {
      guard let tid = reader.varint().flatMap(UInt32.init(exactly:)),
        let pid = reader.varint().flatMap(UInt32.init(exactly:)),
        let flags = reader.byte(), let name = reader.bytes(Int(flags & 15))
      else { return false }
      let text = String(decoding: name, as: UTF8.self)
      rows.append(ThreadInfo(tid: tid, pid: pid, name: text, isAlive: flags & 0x80 == 0))
    }
    for row in rows { threads.update(row) }
    return true
  }

  mutating func applyPong(_ reader: inout FrameReader) -> Bool {
    guard let token = reader.word64(), let tsc = reader.word64() else { return false }
    pong = (token, tsc)
    return true
  }

  // A stream seen from the start has a HELLO before its third second.
  private static var sequenceOfLateAttach: UInt64 { 2 }

  // The account of a CPU; that of a CPU first heard of by a late reader begins at what it hears.
  private func account(of cpu: Int, index: UInt64, dropped: UInt64) -> CPUAccount {
    if let account = cpus[cpu] { return account }
    var account = CPUAccount()
    if isLate {
      account.report(index: index, dropped: dropped)
      account.beginAtFirstSeen()
    }
    return account
  }
}

/// One CPU's part of a LOSS frame.
private struct LossRow {
  var cpu: Int
  var index: UInt64
  var pendingWords: UInt64
  var dropped: [UInt64] = []

  init?(_ reader: inout FrameReader) {
    guard let cpu = reader.byte(), let index = reader.varint(), let pendingWords = reader.varint(),
      let classes = reader.varint(), classes <= 32
    else { return nil }
    self.cpu = Int(cpu)
    self.index = index
    self.pendingWords = pendingWords
    for _ in 0..<classes {
      guard let count = reader.varint() else { return nil }
      dropped.append(count)
    }
  }
}
