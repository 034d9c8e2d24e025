// A machine without a kernel: the tracer's own code run on the host, with a clock that the test turns.
//
// Produces the streams that the model tests decode, and keeps the truth to compare with.
import CMachine
import TraceModel
import Tracer

/// Deterministic pseudo-random numbers (SplitMix64).
struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// A log-normal value: most near `median`, some far above.
  mutating func duration(median: Double, sigma: Double) -> UInt64 {
    let u = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &self) } - 6
    return UInt64(max(1, median * Self.exp(sigma * u)))
  }

  private static func exp(_ x: Double) -> Double {
    var result = 1.0
    var term = 1.0
    for index in 1..<60 {
      term *= x / Double(index)
      result += term
    }
    return result
  }
}

/// A line that keeps what is written, at a cost in clock ticks a byte.
final class Line: ByteSink {
  var bytes: [UInt8] = []
  var clock: UInt64 = 1_000_000
  var ticksPerByte: UInt64 = 0
  /// How many bytes the line takes before it says "not now"; nil for all.
  var capacity: Int?

  let burst = 16

  func write(_ source: UnsafePointer<UInt8>, _ count: Int) -> Int {
    let taken = min(count, capacity.map { max(0, $0 - bytes.count) } ?? count)
    bytes.append(contentsOf: UnsafeBufferPointer(start: source, count: taken))
    clock &+= ticksPerByte &* UInt64(taken)
    return taken
  }

  func now() -> UInt64 { clock }
}

struct Keys: TraceControl {
  var enabledKeys: UInt32 = KeyMask.all

  mutating func setKeys(_ mask: UInt32) { enabledKeys = mask }

  var sampleRate: UInt32 = 997

  mutating func setSampleRate(_ hertz: UInt32) { sampleRate = hertz }

  /// Rows and columns as they were told.
  var consoleSizes: [[UInt32]] = []

  mutating func setConsoleSize(rows: UInt32, columns: UInt32) { consoleSizes.append([rows, columns]) }
}

/// CPUs with tracers, a drain, and the line it writes to.
final class Machine {
  static let hertz: UInt64 = 2_666_666_667
  let traces: [CPUTrace]
  let percpu: [UnsafeMutablePointer<apus_percpu>]
  let threads: ThreadTable
  let programs: ProgramTable
  let line = Line()
  var drain: Drain
  var keys = Keys()
  /// Records offered to each CPU's ring: what `emitted` must come to.
  var emitted: [UInt64]
  /// The threads that run, one a CPU.
  var running: [UnsafeMutablePointer<ThreadTrace>]
  private var memory: [UnsafeMutableRawPointer] = []

  init(cpus: Int = 1, ringWords: Int = 4096, bootID: UInt64 = 0x1234_5678_9abc_def5, buildID: [UInt8] = Machine.buildID)
  {
    func allocate(_ count: Int) -> UnsafeMutableRawPointer {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
      memory.initializeMemory(as: UInt8.self, repeating: 0xa5, count: count)
      return memory
    }
    let shift = TickShift.forClock(hertz: Self.hertz)
    var all: [UnsafeMutableRawPointer] = []
    let capacity = CPUTrace.Capacity(ringWords: ringWords, histograms: 64, lockFacts: 256, stackNodes: 256)
    traces = (0..<cpus).map { _ in
      all.append(allocate(CPUTrace.bytesNeeded(capacity)))
      return CPUTrace(initialize: all.last!, capacity, tickShift: shift)
    }
    percpu = (0..<cpus).map { _ in
      let data = UnsafeMutablePointer<apus_percpu>.allocate(capacity: 1)
      data.initialize(to: apus_percpu())
      return data
    }
    all.append(allocate(ThreadTable.bytesNeeded(capacity: 64)))
    threads = ThreadTable(initialize: all.last!, capacity: 64)
    let id = UnsafeMutablePointer<UInt8>.allocate(capacity: 20)
    id.initialize(from: buildID, count: 20)
    let boot = BootInfo(
      bootID: bootID, buildID: id, tscHertz: Self.hertz, tscAtBoot: line.clock, tickShift: shift)
    all.append(allocate(ProgramTable.bytesNeeded(capacity: 16)))
    programs = ProgramTable(initialize: all.last!, capacity: 16)
    all.append(allocate(Drain.bytesNeeded(cpus: cpus, threads: 64, programs: 16)))
    drain = Drain(initialize: all.last!, boot: boot, cpus: cpus, threads: threads, programs: programs)
    for cpu in 0..<cpus { drain.addCPU(traces[cpu], data: percpu[cpu]) }
    drain.keysChanged(to: keys.enabledKeys)
    emitted = Array(repeating: 0, count: cpus)
    running = (0..<cpus).map { _ in
      let thread = UnsafeMutablePointer<ThreadTrace>.allocate(capacity: 1)
      thread.initialize(to: ThreadTrace(tid: 0))
      return thread
    }
    memory = all
  }

  deinit {
    for area in memory { area.deallocate() }
    for data in percpu { data.deallocate() }
  }

  static let buildID: [UInt8] = (1...20).map { UInt8($0 * 7) }

  /// Makes a thread and names it.
  func thread(_ tid: UInt32, _ name: String) -> UnsafeMutablePointer<ThreadTrace> {
    let thread = UnsafeMutablePointer<ThreadTrace>.allocate(capacity: 1)
    let slot = Array(name.utf8).withUnsafeBytes { threads.add(tid: tid, pid: tid, name: $0) }
    thread.initialize(to: ThreadTrace(tid: tid, slot: slot, now: line.clock))
    return thread
  }

  /// What a reader makes of all that has been sent and not taken.
  func model() -> TraceModel {
    var model = TraceModel()
    model.feed(takeBytes())
    model.finish()
    return model
  }

  func program(_ name: String, _ path: String, base: UInt64 = 0) -> UInt32 {
    Array(name.utf8).withUnsafeBytes { name in
      Array(path.utf8).withUnsafeBytes { programs.number(name: name, path: $0, base: base) }
    }
  }

  /// Counts a stack; `frames` are innermost first.
  func stack(_ kind: StackKind, program: UInt32, _ frames: [UInt64], amount: UInt64 = 0, on cpu: Int = 0) {
    traces[cpu].addStack(kind, program: program, frames, count: frames.count, amount: amount)
  }

  func begin(on cpu: Int = 0) -> SpanStart { SpanStart(tsc: line.clock, thread: running[cpu]) }

  func advance(_ ticks: UInt64) { line.clock &+= ticks }

  func systemCall(_ number: UInt64, from start: SpanStart, result: Int64 = 0, on cpu: Int = 0) {
    traces[cpu].recordSystemCall(
      number: number, start: start, end: line.clock, result: result, thread: running[cpu])
    emitted[cpu] += 1
  }

  func span(_ id: UInt32, from start: SpanStart, argument: UInt64 = 0, on cpu: Int = 0) {
    traces[cpu].recordSpan(id, start: start, end: line.clock, thread: running[cpu], argument: argument, key: 1)
    emitted[cpu] += 1
  }

  func run(_ thread: UnsafeMutablePointer<ThreadTrace>, on cpu: Int = 0) {
    traces[cpu].contextSwitch(from: running[cpu], to: thread, start: line.clock, now: line.clock)
    running[cpu] = thread
    emitted[cpu] += 1
  }

  /// One timer tick: 4 ms of the clock have passed.
  func tick() {
    for trace in traces { trace.timerTick() }
    var line = self.line
    drain.tick(&line)
  }

  func flush() {
    var line = self.line
    drain.flush(&line, limit: Self.hertz * 1000)
  }

  func send(_ command: Command) {
    var wire = [UInt8](repeating: 0, count: 40)
    let count = command.encode(into: &wire)
    for byte in wire[..<count] { drain.receive(byte, control: &keys) }
  }

  /// What the line has carried since the last call.
  func takeBytes() -> [UInt8] {
    defer { line.bytes = [] }
    return line.bytes
  }
}

extension CPUTrace {
  /// Records a system call as if it had begun at `start`. `result` is the return value: -133…-1 are errnos.
  public func recordSystemCall(
    number: UInt64, start: SpanStart, end: UInt64, result: Int64, thread: UnsafeMutablePointer<ThreadTrace>
  ) {
    thread.pointee.callStart = start.tsc
    thread.pointee.callOffCPU = thread.pointee.offCPU &- start.offCPU
    let value = UInt64(bitPattern: result)
    if !recordUsualCall(number: number, end: end, result: value, thread: thread) {
      _ = recordUnusualCall(number: number, end: end, result: value, thread: thread)
    }
  }
}
