// Empties the rings and tables of all CPUs onto one line, a little at each timer tick.
//
// Lanes, first come first: control (HELLO, PONG, losses), then aggregates that changed, then facts about locks, then
// stacks, then events. Aggregates are
// bounded, since a pass begins only after a pause as long as the pass before it, so events come through too; when the
// line is too slow for all, events stay in the ring and the newest are dropped and counted there.
//
// One caller at a time: CPU 0's timer interrupt, or the last words of a panic. A tick takes at most its share of the
// time since the tick before, plus one burst; a frame that did not fit goes on at the next tick.
import CMachine

/// The line. Monomorphic in the kernel: no existential, no allocation.
public protocol ByteSink {
  /// Most bytes of one write.
  var burst: Int { get }
  /// Takes some of the bytes and says how many; 0 when the line can take none now. Never waits long.
  mutating func write(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int
  /// The clock, TSC ticks.
  func now() -> UInt64
}

public struct Drain {
  let boot: BootInfo
  let cpus: UnsafeMutablePointer<CPUProgress>
  public private(set) var cpuCount = 0
  let maximumCPUs: Int
  var encoder: EventEncoder
  var aggregates: AggregateLane
  private var lockFacts: TallyLane
  private var stacks: TallyLane
  private var flight = FlightRecorder()
  private let filter: UnsafeMutablePointer<TraceFilter>
  private var filterLane = FilterLane()
  /// Samples a second that the kernel takes, for the reader.
  public var sampleRate: UInt32 = 0
  var control: ControlParser
  private var controlLane = ControlLane()
  /// As HELLO says them.
  var enabledKeys: UInt32 {
    get { controlLane.enabledKeys }
    set { controlLane.enabledKeys = newValue }
  }
  private let payload: UnsafeMutablePointer<UInt8>
  private let wire: UnsafeMutablePointer<UInt8>
  private var wireCount = 0
  private var wirePosition = 0

  /// Most of one CPU's time that draining may take, percent.
  public var sharePercent: UInt64 = 10
  private var lastTick: UInt64 = 0
  private var overdraft: UInt64 = 0

  private var cost = DrainCost()
  private var nextEventCPU = 0
  private var flushing = false

  /// Bytes of memory for the drain of up to `cpus` CPUs and tables of `threads` and `programs` rows.
  public static func bytesNeeded(cpus: Int, threads: Int, programs: Int) -> Int {
    fixedBytes + cpus * MemoryLayout<CPUProgress>.stride
      + AggregateLane.bytesNeeded(threads: threads, programs: programs)
  }

  // Buffers, symbols of a frame, the filter.
  private static var fixedBytes: Int { 768 }

  /// A drain in `memory`, 16-byte aligned. Nothing is sent before the first tick.
  public init(
    initialize memory: UnsafeMutableRawPointer, boot: BootInfo, cpus: Int, threads: ThreadTable,
    programs: ProgramTable
  ) {
    let size = Self.bytesNeeded(cpus: cpus, threads: threads.capacity, programs: programs.capacity)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    self.boot = boot
    maximumCPUs = cpus
    payload = memory.assumingMemoryBound(to: UInt8.self)
    wire = payload + 144
    control = ControlParser(buffer: wire + 160)
    encoder = EventEncoder(symbols: (memory + 400).assumingMemoryBound(to: UInt16.self))
    filter = (memory + 512).assumingMemoryBound(to: TraceFilter.self)
    filter.initialize(to: TraceFilter())
    self.cpus = (memory + Self.fixedBytes).assumingMemoryBound(to: CPUProgress.self)
    aggregates = AggregateLane(
      memory: memory + Self.fixedBytes + cpus * MemoryLayout<CPUProgress>.stride, threads: threads, programs: programs,
      boot: boot)
    lockFacts = TallyLane(.lockFacts, boot: boot)
    stacks = TallyLane(.stacks, boot: boot)
  }

  /// Adds the next CPU; they are numbered in the order of these calls.
  public mutating func addCPU(_ trace: CPUTrace, data: UnsafeMutablePointer<apus_percpu>) {
    guard cpuCount < maximumCPUs else { return }
    (cpus + cpuCount).initialize(
      to: CPUProgress(
        trace: trace, locks: apus_trace_locks(data), index: 0, time: 0, thread: 0, waitingSince: 0))
    // What it records before anybody has looked at it is kept too.
    if flight.isOn { cpus[cpuCount].sendLimit = 0 }
    cpuCount &+= 1
    if filter.pointee.isOn { applyFilter() }
  }

  /// Sends for at most `sharePercent` of the time since the last call.
  public mutating func tick<Line: ByteSink>(_ line: inout Line) {
    let start = line.now()
    let elapsed = lastTick == 0 ? 0 : start &- lastTick
    lastTick = start
    let longest = boot.tscHertz / 10  // A machine that slept does not get to send for long at once.
    let earned = (elapsed < longest ? elapsed : longest) &* sharePercent / 100
    guard earned > overdraft else {
      overdraft &-= earned
      return
    }
    let budget = earned &- overdraft
    flight.tick(cpus, cpuCount, now: start &>> tickShift, second: boot.tscHertz &>> tickShift)
    send(to: &line, from: start, budget: budget)
    let used = line.now() &- start
    cost.ticks &+= used
    overdraft = used > budget ? used &- budget : 0
  }

  /// Sends everything, budget or not, for at most `limit` TSC ticks: before power-off, and in the idle loop.
  public mutating func flush<Line: ByteSink>(_ line: inout Line, limit: UInt64) {
    let start = line.now()
    flushing = true
    for cpu in 0..<cpuCount { cpus[cpu].sendLimit = UInt64.max }
    aggregates.start(now: start, everything: false, histograms: true)
    lockFacts.start(now: start, everything: false)
    stacks.start(now: start, everything: false)
    send(to: &line, from: start, budget: limit)
    controlLane.requestLosses()
    send(to: &line, from: start, budget: limit)
    flushing = false
    cost.ticks &+= line.now() &- start
  }

  /// Takes one byte received from the host.
  public mutating func receive<Control: TraceControl>(_ byte: UInt8, control delegate: inout Control) {
    guard let command = control.receive(byte) else { return }
    let before = enabledKeys
    switch command {
    case .hello: request()
    case .enable(let mask): delegate.setKeys(delegate.enabledKeys | mask)
    case .disable(let mask): delegate.setKeys(delegate.enabledKeys & ~mask)
    case .reset: reset()
    case .ping(let token): controlLane.pongToken = token
    case .flight(let rules): setFlight(rules)
    case .process(let process):
      filter.pointee.set(process)
      applyFilter()
    case .rows(let range, let change): setRows(range, change)
    case .trigger:
      let now = lastTick &>> tickShift
      flight.trigger(
        FlightRecorder.Trigger(
          reason: .host, cpu: 0, row: UInt64(FlightRules.noRow), end: now, duration: 0, thread: 0), cpus, cpuCount)
    case .rate(let hertz):
      delegate.setSampleRate(hertz)
      sampleRate = delegate.sampleRate
    case .consoleSize(let rows, let columns): delegate.setConsoleSize(rows: rows, columns: columns)
    }
    enabledKeys = delegate.enabledKeys
    // Whoever asked waits to hear that it is done. The kernel may have said `keysChanged` meanwhile.
    if enabledKeys != before { controlLane.requestHello() }
  }

  /// Says which keys are on, for HELLO; call after changing them other than through the control channel.
  public mutating func keysChanged(to mask: UInt32) { enabledKeys = mask }

  /// What is kept and what lets it through; from the boot line, or the host.
  public mutating func setFlight(_ rules: FlightRules) {
    flight.set(rules, cpus, cpuCount, now: lastTick &>> tickShift)
  }

  /// Which rows are recorded; from the boot line, or the host.
  public mutating func setRows(_ range: RowRange, _ change: RowSwitch) {
    filter.pointee.set(range, change)
    applyFilter()
  }

  private mutating func applyFilter() {
    for cpu in 0..<cpuCount { cpus[cpu].trace.setFilter(filter.pointee.isOn ? filter : nil) }
    filterLane.start()
  }

  private var tickShift: UInt64 { UInt64(truncatingIfNeeded: boot.tickShift) }

  private mutating func request() {
    controlLane.requestHello()
    controlLane.requestLosses()
    filterLane.start()
    aggregates.start(now: lastTick, everything: true, histograms: true)
    lockFacts.start(now: lastTick, everything: true)
    stacks.start(now: lastTick, everything: true)
  }

  private mutating func reset() {
    controlLane.generation &+= 1
    for index in 0..<cpuCount {
      apus_trace_store(&cpus[index].trace.area.pointee.resetWanted, controlLane.generation)
    }
    request()
  }

  private mutating func send<Line: ByteSink>(to line: inout Line, from start: UInt64, budget: UInt64) {
    while line.now() &- start < budget {
      if wirePosition == wireCount {
        guard prepareFrame(now: line.now()) else { return }
        cost.frames &+= 1
      }
      let rest = wireCount &- wirePosition
      let burst = rest < line.burst ? rest : line.burst
      let taken = line.write(wire + wirePosition, burst)
      guard taken > 0 else { return }
      wirePosition &+= taken
      cost.bytes &+= UInt64(truncatingIfNeeded: taken)
    }
  }

  // Puts the next frame of the first lane that has one into `wire`.
  private mutating func prepareFrame(now: UInt64) -> Bool {
    var frame = FrameWriter(bytes: payload, limit: Frame.payloadLimit)
    let source = AggregateSource(cpus: cpus, count: cpuCount)
    let isHello = controlLane.fillHello(&frame, boot, cpus: cpuCount, badBytes: control.badBytes, now: now)
    let isFilled =
      isHello || controlLane.fillPong(&frame, boot, now: now)
      || controlLane.fillLoss(&frame, boot, source, cost, unnamed: aggregates.threads.unnamed.pointee, now: now)
      || flight.fill(&frame, tag: boot.tag, now: now &>> tickShift, second: boot.tscHertz &>> tickShift)
      || filterLane.fill(&frame, filter.pointee, tag: boot.tag, now: now, second: boot.tscHertz)
      || aggregates.fill(&frame, source, now: now)
      || lockFacts.fill(&frame, source, rate: 0, now: now)
      || stacks.fill(&frame, source, rate: sampleRate, now: now)
      || fillEvents(&frame, now: now)
    guard isFilled else { return false }
    // A HELLO begins with a delimiter, so that it is whole whatever was on the line before it.
    wire[0] = 0
    wireCount = Frame.seal(payload, count: frame.count, into: isHello ? wire + 1 : wire) &+ (isHello ? 1 : 0)
    wirePosition = 0
    return true
  }

  // The CPUs take turns. A ring with less than a frame's worth waits up to 50 ms for company.
  private mutating func fillEvents(_ frame: inout FrameWriter, now: UInt64) -> Bool {
    for _ in 0..<cpuCount {
      let index = nextEventCPU
      nextEventCPU = index &+ 1 < cpuCount ? index &+ 1 : 0
      let pending = cpus[index].pendingWords
      guard pending > 0, cpus[index].trace.area.pointee.tail < cpus[index].sendLimit else { continue }
      if cpus[index].waitingSince == 0 { cpus[index].waitingSince = now }
      let isRipe = pending >= 40 || now &- cpus[index].waitingSince > boot.tscHertz / 20
      guard isRipe || flushing else { continue }
      let number = UInt8(truncatingIfNeeded: index)
      if encoder.fill(&frame, from: &cpus[index], number: number, tag: boot.tag) {
        cpus[index].waitingSince = 0
        return true
      }
    }
    return false
  }
}
