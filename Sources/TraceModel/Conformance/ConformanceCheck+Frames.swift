// What the specification asks of each type of frame.
import Tracer

extension ConformanceCheck {
  mutating func check(_ payload: UnsafeBufferPointer<UInt8>) {
    let tag = payload[0] & 15
    guard let type = FrameType(rawValue: payload[0] >> 4) else {
      unknownFrames += 1
      return
    }
    var reader = FrameReader(payload, from: 1)
    if type == .names { return checkNames(&reader, tag: tag) }
    if type == .command { return violate("a COMMAND comes from the host, not from a kernel") }
    if boot.tag != tag { startBoot(tag) }
    if boot.hello == nil && type != .hello && !boot.isSilenceTold {
      violate("\(type) before the first HELLO of this boot")
      boot.isSilenceTold = true
    }
    switch type {
    case .hello: checkHello(&reader, tag: tag)
    case .loss: checkLoss(&reader)
    case .pong: require(reader.word64() != nil && reader.word64() != nil && reader.isAtEnd, "PONG is not 16 bytes long")
    case .counts: checkCounts(&reader)
    case .locks: checkLocks(&reader)
    case .histogram: checkCells(&reader, type: type, limit: UInt64(Histogram.bucketCount), least: 0)
    case .errors: checkCells(&reader, type: type, limit: 134, least: 1)
    case .threads: checkThreads(&reader)
    case .events: checkEvents(&reader)
    case .lockFacts: checkLockFacts(&reader)
    case .programs: checkPrograms(&reader)
    case .stacks: checkStacks(&reader)
    case .flight: checkFlight(&reader)
    case .filter: require(FilterFrame(&reader) != nil, "FILTER is cut, or tells of rows that are none")
    default: unknownFrames += 1
    }
  }

  private mutating func require(_ condition: Bool, _ text: String) { if !condition { violate(text) } }

  private mutating func startBoot(_ tag: UInt8) {
    if boot.tag != nil { finishBoot() }
    boot = BootState()
    boot.tag = tag
  }

  /// Numbers without names are found when no more names can come.
  mutating func finishBoot() {
    guard let hello = boot.hello else { return }
    let table = names[hello.buildID]
    let isAnonymous = hello.buildID.allSatisfy { $0 == 0 }
    // A build-id says where names can be had; one without any must bring them.
    guard table != nil || isAnonymous else { return }
    for span in boot.spans.sorted() where table?.spans[span] == nil { violate("span \(span) has no name") }
    for lock in boot.locks.sorted() where table?.locks[lock] == nil { violate("lock class \(lock) has no name") }
    for key in 0..<32 where hello.enabledKeys >> UInt32(key) & 1 == 1 && table?.keys[key] == nil {
      violate("key \(key) is on and has no name")
    }
  }

  private mutating func checkNames(_ reader: inout FrameReader, tag: UInt8) {
    require(tag == 0, "NAMES has tag \(tag); it belongs to a build and has tag 0")
    guard let buildID = reader.bytes(20) else { return violate("NAMES is shorter than a build-id") }
    var table = names[buildID] ?? NameTable(buildID: buildID)
    var code = CodeRows()
    if !table.addRows(&reader, &code) { violate("NAMES ends within a row, or has one of an unknown kind") }
    names[buildID] = table
  }

  private mutating func checkHello(_ reader: inout FrameReader, tag: UInt8) {
    guard let hello = HelloFrame(&reader) else {
      return violate("HELLO is too short, or its magic, tick shift or frequency is none")
    }
    hellos += 1
    require(reader.isAtEnd, "HELLO has bytes behind its last field")
    require(hello.version == Frame.version, "HELLO is of version \(hello.version), not \(Frame.version)")
    require(UInt8(hello.bootID & 15) == tag, "HELLO's tag \(tag) is not the low half byte of its boot id")
    require(hello.cpuCount > 0, "HELLO tells of no CPU")
    require(hello.now >= hello.tscAtBoot, "HELLO's clock is before its boot")
    if let before = boot.hello { checkHello(hello, after: before) }
    boot.hello = hello
    boot.isSilenceTold = false
    advance(to: hello.now >> UInt64(hello.tickShift))
  }

  private mutating func checkHello(_ hello: HelloFrame, after before: HelloFrame) {
    guard hello.bootID == before.bootID else {
      // Two boots whose tags are alike by chance.
      finishBoot()
      boot = BootState()
      boot.tag = UInt8(hello.bootID & 15)
      return
    }
    require(
      hello.tscHertz == before.tscHertz && hello.tickShift == before.tickShift && hello.buildID == before.buildID
        && hello.tscAtBoot == before.tscAtBoot, "HELLO changes a fact of the boot")
    require(
      hello.sequence == before.sequence + 1,
      "HELLO says that \(hello.sequence) were sent before; the one before it said \(before.sequence)")
    require(hello.now >= before.now, "HELLO's clock went back")
    require(
      hello.generation >= before.generation, "the generation fell from \(before.generation) to \(hello.generation)")
    require(
      hello.badCommandBytes >= before.badCommandBytes, "the bytes that were no command became fewer")
  }

  // HELLO comes each second; two seconds of the stream's own time without one are too long.
  mutating func advance(to time: UInt64) {
    boot.time = max(boot.time, time)
    guard let hello = boot.hello, !boot.isSilenceTold else { return }
    let last = hello.now >> UInt64(hello.tickShift)
    let second = max(1, hello.tscHertz >> UInt64(hello.tickShift))
    guard boot.time > last, boot.time - last > 2 * second else { return }
    boot.isSilenceTold = true
    violate("no HELLO for more than 2 s of the stream's time; there must be one each second")
  }

  private mutating func checkCPU(_ cpu: UInt8, in type: String) {
    if let hello = boot.hello, Int(cpu) >= hello.cpuCount {
      violate("\(type) is of CPU \(cpu), and HELLO tells of \(hello.cpuCount)")
    }
  }

  private mutating func checkEvents(_ reader: inout FrameReader) {
    guard events.read(&reader) else { return violate("EVENTS: header or records are malformed") }
    let frame = events
    checkCPU(frame.cpu, in: "EVENTS")
    require(frame.count > 0, "EVENTS holds no record")
    records += UInt64(frame.count)
    if let state = boot.cpus[frame.cpu] {
      if frame.index < state.next {
        violate("EVENTS of CPU \(frame.cpu) begins at index \(frame.index), and \(state.next) was due: sent twice")
      } else if frame.index > state.next {
        violate("CPU \(frame.cpu): records \(state.next) to \(frame.index - 1) are missing")
      }
      require(frame.dropped >= state.dropped, "CPU \(frame.cpu): the count of dropped records fell")
    }
    boot.cpus[frame.cpu] = BootState.CPUState(next: frame.index + UInt64(frame.count), dropped: frame.dropped)
    for event in frame.events {
      if event.symbol.isSpan { boot.spans.insert(Int(event.symbol.rawValue)) }
      require(event.duration <= event.end, "a record lasts longer than the clock has run")
    }
    if let latest = frame.events.map(\.end).max() { advance(to: latest) }
  }

  private mutating func checkLoss(_ reader: inout FrameReader) {
    guard let time = reader.varint(), let bytes = reader.varint(), let frames = reader.varint(),
      let ticks = reader.varint(), let unnamed = reader.varint()
    else { return violate("LOSS ends within its header") }
    grow(
      .loss, -1, ["bytes sent": bytes, "frames sent": frames, "time spent": ticks, "threads without a row": unnamed])
    while !reader.isAtEnd {
      guard let cpu = reader.byte(), let index = reader.varint(), reader.varint() != nil,
        let classes = reader.varint(), classes <= 32
      else { return violate("LOSS ends within a CPU's part, or tells of more than 32 classes") }
      var dropped: UInt64 = 0
      for _ in 0..<classes {
        guard let count = reader.varint() else { return violate("LOSS ends within the classes of CPU \(cpu)") }
        dropped &+= count
      }
      checkAccount(cpu, index: index, dropped: dropped)
    }
    advance(to: time)
  }

  private mutating func checkAccount(_ cpu: UInt8, index: UInt64, dropped: UInt64) {
    checkCPU(cpu, in: "LOSS")
    if let state = boot.cpus[cpu] {
      require(
        index == state.next, "LOSS says that \(index) records of CPU \(cpu) were sent, and \(state.next) have been")
      require(dropped >= state.dropped, "CPU \(cpu): the count of dropped records fell")
    }
    boot.cpus[cpu] = BootState.CPUState(next: index, dropped: dropped)
  }

  // Counters begin anew with each generation; frames of an older one are out of date and say nothing.
  private mutating func isCurrent(_ generation: UInt64) -> Bool {
    if generation > boot.generation {
      boot.generation = generation
      boot.counters = boot.counters.filter { $0.key.type == FrameType.loss.rawValue }
    }
    return generation == boot.generation
  }

  // A row of a wait or of holding is its lock class's.
  private mutating func note(row: Int) {
    switch row {
    case RowIndex.lockHold(0)...: boot.locks.insert(row - RowIndex.lockHold(0))
    case RowIndex.lockWait(0)...: boot.locks.insert(row - RowIndex.lockWait(0))
    case (RowIndex.other + 1)...: boot.spans.insert(row - RowIndex.other)
    default: break
    }
  }

  private mutating func checkCounts(_ reader: inout FrameReader) {
    guard let generation = reader.varint(), let time = reader.varint() else { return violate("COUNTS is too short") }
    let isCurrent = isCurrent(generation)
    while !reader.isAtEnd {
      guard let row = CountsRow(&reader) else {
        return violate("COUNTS: a row is cut, or its number is above \(RowIndex.count - 1)")
      }
      note(row: row.index)
      require(row.min <= row.max, "COUNTS of row \(row.index): the least, \(row.min), is above the most, \(row.max)")
      require(
        row.errors <= row.count && row.unimplemented <= row.errors,
        "COUNTS of row \(row.index): more errors than calls, or more ENOSYS than errors")
      guard isCurrent else { continue }
      grow(
        .counts, row.index,
        ["count": row.count, "sum": row.sum, "max": row.max, "errors": row.errors, "ENOSYS": row.unimplemented])
    }
    advance(to: time)
  }

  private mutating func checkLocks(_ reader: inout FrameReader) {
    guard let generation = reader.varint(), let time = reader.varint() else { return violate("LOCKS is too short") }
    let isCurrent = isCurrent(generation)
    while !reader.isAtEnd {
      guard let row = LocksRow(&reader) else { return violate("LOCKS: a row is cut, or its class is above 255") }
      boot.locks.insert(row.lockClass)
      require(row.contended <= row.acquired, "LOCKS of class \(row.lockClass): contended more often than acquired")
      guard isCurrent else { continue }
      grow(
        .locks, row.lockClass,
        ["acquired": row.acquired, "contended": row.contended, "wait sum": row.waitSum, "longest wait": row.waitMax])
    }
    advance(to: time)
  }

  private mutating func checkCells(_ reader: inout FrameReader, type: FrameType, limit: UInt64, least: UInt64) {
    guard let generation = reader.varint(), let row = reader.varint() else { return violate("\(type) is too short") }
    guard row < UInt64(RowIndex.count) else { return violate("\(type) of row \(row), above \(RowIndex.count - 1)") }
    let isCurrent = isCurrent(generation)
    var next: UInt64 = 0
    while !reader.isAtEnd {
      guard let skipped = reader.varint(), let value = reader.varint() else {
        return violate("\(type) of row \(row) ends within a cell")
      }
      guard skipped < limit, next + skipped < limit, next + skipped >= least else {
        return violate("\(type) of row \(row): cell \(next &+ skipped) is outside of \(least) to \(limit - 1)")
      }
      let cell = Int(next + skipped)
      if isCurrent { grow(type, Int(row) << 10 | cell, ["cell \(cell)": value]) }
      next += skipped + 1
    }
  }

  private mutating func checkThreads(_ reader: inout FrameReader) {
    while !reader.isAtEnd {
      guard let tid = reader.varint(), tid <= UInt64(UInt32.max), let pid = reader.varint(), pid <= UInt64(UInt32.max),
        let flags = reader.byte(), reader.bytes(Int(flags & 15)) != nil
      else { return violate("THREADS: a row is cut, or a number is above 32 bits") }
      require(flags & 0x70 == 0, "THREADS: thread \(tid) has flags that there are not")
    }
  }

  private mutating func checkLockFacts(_ reader: inout FrameReader) {
    guard let generation = reader.varint(), let cpu = reader.byte(), reader.varint() != nil else {
      return violate("LOCKFACTS is too short")
    }
    checkCPU(cpu, in: "LOCKFACTS")
    _ = isCurrent(generation)
    while !reader.isAtEnd {
      guard let key = reader.varint(), reader.varint() != nil, reader.varint() != nil, reader.varint() != nil,
        reader.varint() != nil
      else { return violate("LOCKFACTS ends within a row") }
      require(LockFactKind(rawValue: key & 15) != nil, "LOCKFACTS: there is no fact of kind \(key & 15)")
    }
  }

  private mutating func checkPrograms(_ reader: inout FrameReader) {
    while !reader.isAtEnd {
      guard let number = reader.varint(), reader.varint() != nil, let name = reader.byte(),
        reader.bytes(Int(name)) != nil, let path = reader.byte(), reader.bytes(Int(path)) != nil
      else { return violate("PROGRAMS ends within a row") }
      require(number > 0, "PROGRAMS: number 0 is the kernel's own threads")
    }
  }

  private mutating func checkFlight(_ reader: inout FrameReader) {
    guard reader.varint() != nil, let row = reader.varint(), reader.varint() != nil, reader.varint() != nil else {
      return violate("FLIGHT is too short")
    }
    require(
      row < UInt64(RowIndex.count) || row == 1000 || row == 1001,
      "FLIGHT: row \(row) is none, and neither 1000 nor 1001")
    guard !reader.isAtEnd else { return }
    guard let reason = reader.byte(), let cpu = reader.byte(), reader.varint() != nil, let end = reader.varint(),
      let duration = reader.varint(), reader.varint() != nil
    else { return violate("FLIGHT ends within its trigger") }
    require(TriggerReason(rawValue: reason) != nil, "FLIGHT: reason \(reason) is neither 1 nor 2")
    require(duration <= end, "FLIGHT: what set it off began before time 0")
    require(reader.isAtEnd, "FLIGHT has bytes behind its trigger")
    checkCPU(cpu, in: "FLIGHT")
  }

  private mutating func checkStacks(_ reader: inout FrameReader) {
    guard let generation = reader.varint(), let cpu = reader.byte(), reader.varint() != nil, reader.varint() != nil
    else { return violate("STACKS is too short") }
    checkCPU(cpu, in: "STACKS")
    let isCurrent = isCurrent(generation)
    var place: UInt64 = 0
    while !reader.isAtEnd {
      guard let head = reader.varint(), head >> 1 < 1 << 20 else {
        return violate("STACKS: a row is cut, or its number is above 2^20")
      }
      place += head >> 1
      if head & 1 != 0 {
        guard let parent = reader.varint(), reader.varint() != nil else { return violate("STACKS ends within a row") }
        require(parent <= place, "STACKS: row \(place) has a parent that comes after it, \(parent) less 1")
      }
      guard let count = reader.varint(), let sum = reader.varint() else { return violate("STACKS ends within a row") }
      if isCurrent { grow(.stacks, Int(cpu) << 32 | Int(place), ["count": count, "sum": sum]) }
      place += 1
    }
  }

  private mutating func grow(_ type: FrameType, _ row: Int, _ fields: KeyValuePairs<String, UInt64>) {
    for (field, entry) in fields.enumerated() {
      let key = BootState.CounterKey(type: type.rawValue, row: row, field: field)
      if let before = boot.counters[key], entry.value < before {
        let place = row < 0 ? "" : " of row \(type == .histogram || type == .errors ? row >> 10 : row & 0xffff_ffff)"
        violate("\(type)\(place): \(entry.key) fell from \(before) to \(entry.value)")
      }
      boot.counters[key] = entry.value
    }
  }
}
