// The tracer's line. The boot CPU's tick sends what its share of time allows and takes the host's commands.
//
// Only the boot CPU touches the drain and the port: from its timer interrupt, and at the end whoever is left, with
// interrupts off and the other CPUs stopped. So there is no lock; `isBusy` keeps a panic in the middle of a tick from entering a half-updated drain.

import CMachine
import KernelCore
import LinuxABI
import Tracer

/// Applies what the host asks for.
private struct KeyControl: TraceControl {
  var enabledKeys: UInt32 { StaticKeys.enabled }
  /// What is turned on brings the scheduler's key along, without which spans would count time switched out.
  mutating func setKeys(_ mask: UInt32) {
    let isAdding = mask & ~StaticKeys.enabled != 0
    TraceLine.setKeys((isAdding ? mask | 1 << apus_key_id_scheduler.rawValue : mask) & KeyMask.all)
  }
  var sampleRate: UInt32 { StackProbe.rate }
  mutating func setSampleRate(_ hertz: UInt32) { StackProbe.setRate(hertz) }
  mutating func setConsoleSize(rows: UInt32, columns: UInt32) { ConsoleTerminal.resize(rows: rows, columns: columns) }
}

enum TraceLine {
  /// Rows for threads that have names.
  private static let threadCapacity = 1024
  private static let programCapacity = 256
  private static let ringWords = 1 << 15

  nonisolated(unsafe) private static var drain: Drain? = nil
  nonisolated(unsafe) private static var isBusy = false
  nonisolated(unsafe) private(set) static var threads: ThreadTable? = nil
  nonisolated(unsafe) private(set) static var programs: ProgramTable? = nil
  /// When `trace_for=` turns all probes off, in nanoseconds since boot.
  nonisolated(unsafe) private static var offTime = UInt64.max
  private static var tickShift: Int { TickShift.forClock(hertz: Clock.ticksPerSecond) }

  /// Sets the tracer up, with the keys that the boot line's `trace=` names. Without a line it stays off.
  static func initialize() {
    guard TracePort.initialize() else { return }
    let table = ThreadTable(
      initialize: memory(ThreadTable.bytesNeeded(capacity: threadCapacity)), capacity: threadCapacity)
    let programTable = ProgramTable(
      initialize: memory(ProgramTable.bytesNeeded(capacity: programCapacity)), capacity: programCapacity)
    let cpus = CPU.limit
    let bytes = Drain.bytesNeeded(cpus: cpus, threads: threadCapacity, programs: programCapacity)
    drain = Drain(initialize: memory(bytes), boot: bootInfo(), cpus: cpus, threads: table, programs: programTable)
    if let rate = BootLine.number(of: "trace_rate") { StackProbe.setRate(UInt32(clamping: rate)) }
    drain?.sampleRate = StackProbe.rate
    programs = programTable
    setFlight()
    setRows()
    if let share = BootLine.number(of: "trace_share"), share >= 1, share <= 100 { drain?.sharePercent = UInt64(share) }
    threads = table
    addCPU(CPU.current)
    if let time = BootLine.number(of: "trace_for") { offTime = UInt64(time) &* 1_000_000 }
    if let words = BootLine.value(of: "trace") { words.withUnsafeBytes { setKeys(KeyMask.parse($0)) } }
  }

  /// `trace_only=ROWS`: records of these rows alone, such as `0-1,39`.
  private static func setRows() {
    guard let words = BootLine.value(of: "trace_only") else { return }
    drain?.setRows(.all, .off)
    words.withUnsafeBytes { RowRange.forEach(in: $0) { drain?.setRows($0, .on) } }
  }

  /// `trace_flight=SECONDS`, and `trace_trigger=MICROSECONDS` for any record that took longer.
  private static func setFlight() {
    guard let seconds = BootLine.number(of: "trace_flight"), seconds > 0 else { return }
    var rules = FlightRules(seconds: UInt32(clamping: seconds))
    if let limit = BootLine.number(of: "trace_trigger"), limit > 0 {
      rules.row = FlightRules.anyRow
      rules.threshold = UInt64(limit) &* (Clock.ticksPerSecond / 1_000_000) &>> UInt64(tickShift)
    }
    drain?.setFlight(rules)
  }

  /// Every tick of a CPU, in its timer interrupt.
  static func tick(_ cpu: CPU) {
    guard drain != nil else { return }
    CPUTrace.current.timerTick()
    if StaticKeys.enabled >> apus_key_id_samples.rawValue & 1 == 0 { cpu.nextSample = .max }
    if cpu.index == 0 { exchange() }
  }

  /// Takes commands and sends records. Boot CPU only.
  private static func exchange() {
    isBusy = true
    defer { isBusy = false }
    if Clock.monotonic() >= offTime {
      offTime = .max
      setKeys(0)
    }
    var control = KeyControl()
    for _ in 0..<64 {
      guard let byte = TracePort.read() else { break }
      drain!.receive(byte, control: &control)
    }
    var port = TracePort()
    drain!.tick(&port)
    TracePort.flush()
  }

  /// The last words before power-off: what is still in the rings, for at most a second. Interrupts stay off: the tick
  /// would send in the middle of a frame.
  static func flush() {
    apus_cli()
    guard drain != nil, !isBusy else { return }
    isBusy = true
    var port = TracePort(patience: Clock.ticksPerSecond / 50)
    drain!.flush(&port, limit: Clock.ticksPerSecond)
    TracePort.flush()
  }

  static func setKeys(_ mask: UInt32) {
    guard drain != nil else { return }
    keysChanged()
    if mask & ~StaticKeys.enabled & 1 << apus_key_id_locks.rawValue != 0 {
      for cpu in CPU.all { cpu.block.pointee.trace.map { CPUTrace(memory: $0).forgetHeldLocks() } }
    }
    StaticKeys.set(mask)
    drain?.keysChanged(to: mask)
  }

  /// Tells this CPU's part which thread runs: its switches were not seen while the keys were off.
  static func keysChanged() {
    guard let area = apus_percpu().pointee.trace else { return }
    CPUTrace(memory: area).setCurrentThread(UInt32(Thread.current.tid))
  }

  /// Gives a CPU its rings and tables, before it starts.
  static func addCPU(_ cpu: CPU) {
    // Every row that a real load uses gets its own histogram; the rest share one.
    guard drain != nil else { return }
    let isLarge = Frames.totalCount > 32768
    let capacity = CPUTrace.Capacity(
      ringWords: ringWords, histograms: isLarge ? 512 : 160, lockFacts: isLarge ? 2048 : 512,
      stackNodes: isLarge ? 8192 : 2048)
    let trace = CPUTrace(initialize: memory(CPUTrace.bytesNeeded(capacity)), capacity, tickShift: tickShift)
    cpu.block.pointee.trace = trace.memory
    drain?.addCPU(trace, data: cpu.block)
  }

  private static func bootInfo() -> Tracer.BootInfo {
    var identity: UInt64 = 0
    if !apus_rdrand(&identity) { identity = apus_rdtsc() ^ Clock.wallOffset }
    // The note's header: name size, description size, type, "GNU\0"; then the 20 bytes.
    let note = UnsafePointer<UInt8>(bitPattern: UInt(apus_symbol__build_id_start()) + 16).unsafelyUnwrapped
    return Tracer.BootInfo(
      bootID: identity, buildID: note, tscHertz: Clock.ticksPerSecond, tscAtBoot: Clock.bootTicks,
      tickShift: tickShift)
  }

  /// Memory for ever, in whole frames.
  private static func memory(_ bytes: Int) -> UnsafeMutableRawPointer {
    var order = 0
    while pageSize << order < bytes { order += 1 }
    do throws(Errno) { return try Frames.allocate(order: order).pointer } catch {
      Panic.stop("no memory for the tracer; try trace=off or more memory")
    }
  }
}
