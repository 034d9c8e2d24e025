// Samples a machine at a rate on a thread of its own, and writes the trace of it into a pipe, for whoever reads traces.
//
// `stop` waits until the machine runs again; call it before the process ends, or the machine may stay stopped.
import Foundation
import Recordings
import Synchronization
import TraceModel
import Tracer
import Unwind

public final class StubProfiler: Sendable {
  public struct Options: Sendable {
    public var hertz = 200
    /// Bytes of each stack; 0 takes registers only.
    public var stackBytes = 4096

    public init() {}
  }

  /// What was done so far.
  public struct Account: Sendable {
    public var samples = 0
    public var cpus = 0
    public var seconds = 0.0
    /// From asking for a stop to the last answer: more than the machine felt when the host is busy. And from the answer
    /// that it stands: less, by the way of that answer.
    public var stoppedSeconds = 0.0
    public var stoppedSecondsAtLeast = 0.0
    /// Samples in kernel mode, and those of them whose leaf no function is known for.
    public var kernelSamples = 0
    public var unknownLeaves = 0
    public var failure: ToolError?

    /// Of the time, how much the machine was stopped, at most and at least.
    public var stoppedShare: Double { seconds > 0 ? stoppedSeconds / seconds : 0 }
    public var stoppedShareAtLeast: Double { seconds > 0 ? stoppedSecondsAtLeast / seconds : 0 }
  }

  /// The end to read the trace from; whoever takes it closes it.
  public let trace: Int32
  private let output: Int32
  private let account = Mutex(Account())
  private let isStopping = Atomic(false)
  private let done = DispatchSemaphore(value: 0)

  /// Connects, learns where the kernel is, and begins. Throws `unavailable` when the stub does not answer.
  public init(endpoint: String, kernel: KernelFile, options: Options = Options()) throws(ToolError) {
    let sampler = try StopSampler(try StubConnection(endpoint), stackBytes: options.stackBytes)
    let slide = try Self.slide(of: kernel, sampler)
    // It need not wait for us to sort symbols.
    try sampler.run()
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw ToolError(.failure, "no pipe: \(String(cString: strerror(errno)))") }
    (trace, output) = (ends[0], ends[1])
    _ = fcntl(trace, F_SETFL, O_NONBLOCK)
    let run = SamplerBox(sampler: sampler)
    let thread = Thread { [self] in
      do { try self.sample(run.sampler, kernel, slide: slide, options) } catch let error as ToolError {
        self.account.withLock { $0.failure = error }
      } catch {}
      close(self.output)
      self.done.signal()
    }
    thread.stackSize = 1 << 20
    thread.start()
  }

  /// Lets the machine run and ends the trace.
  public func stop() -> Account {
    if !isStopping.exchange(true, ordering: .sequentiallyConsistent) { done.wait() }
    return current
  }

  public var current: Account { account.withLock { $0 } }

  // The machine stands until this thread has been woken, and the machine's own threads want all processors as soon as they
  // run: ahead of them, where that is allowed. It sleeps nearly always.
  private static func hurry() {
    var parameter = sched_param(sched_priority: sched_get_priority_min(SCHED_RR))
    _ = pthread_setschedparam(pthread_self(), SCHED_RR, &parameter)
  }

  private struct SamplerBox: @unchecked Sendable { let sampler: StopSampler }

  // Linux moves itself at boot. The handler of vector 0 is a function of known name.
  private static func slide(of kernel: KernelFile, _ sampler: StopSampler) throws(ToolError) -> UInt64 {
    let names = ["asm_exc_divide_error", "divide_error"]
    guard let linked = kernel.symbols.first(where: { names.contains($0.name) }),
      let found = try sampler.interruptHandler(0)
    else { return 0 }
    return found &- linked.address
  }

  private func sample(_ sampler: StopSampler, _ kernel: KernelFile, slide: UInt64, _ options: Options) throws {
    let symbolizer = Symbolizer(kernel.symbols, slide: slide)
    let text = (kernel.text.lowerBound &+ slide)..<(kernel.text.upperBound &+ slide)
    let unwinder = StackUnwinder(orc: kernel.orc, cfi: kernel.cfi, slide: slide &+ kernel.mapOffset, text: text)
    // Debug information is read when it is first asked, which may take seconds.
    _ = kernel.code?.inlined(at: 0)
    var stream = SampleStream(
      symbolizer, of: kernel, bootID: UInt64.random(in: 1...UInt64.max), cpus: sampler.cpuCount, rate: options.hertz)
    Self.hurry()
    let start = StopSampler.seconds()
    var pace = Pace(hertz: options.hertz, start: start)
    var (lastHello, lastFrames) = (-1.0, 0.0)
    while !isStopping.load(ordering: .relaxed) {
      pace.wait()
      let samples = try sampler.sample()
      for sample in samples {
        let stack = sample.isUser ? nil : unwinder.unwind(sample.registers, sample.stack)
        stream.add(sample, stack)
        note(sample, isKnown: stack.map { symbolizer.start(of: $0.addresses[0]) != nil } ?? true)
      }
      let now = StopSampler.seconds() - start
      account.withLock {
        $0.cpus = sampler.cpuCount
        $0.seconds = now
        $0.stoppedSeconds = sampler.stoppedSeconds
        $0.stoppedSecondsAtLeast = sampler.stoppedSecondsAtLeast
      }
      guard now - lastFrames >= 0.25 || lastHello < 0 else { continue }
      let hello = lastHello < 0 || now - lastHello >= 0.9
      if hello { lastHello = now }
      lastFrames = now
      guard write(stream, now: now, sampler, hello: hello) else { return }
    }
    _ = write(stream, now: StopSampler.seconds() - start, sampler, hello: true)

    func write(_ frames: SampleStream, now: Double, _ sampler: StopSampler, hello: Bool) -> Bool {
      Self.write(
        stream.frames(now: UInt64(now * 1e9), stopped: UInt64(sampler.stoppedSeconds * 1e9), hello: hello), to: output)
    }
  }

  private func note(_ sample: CPUSample, isKnown: Bool) {
    account.withLock {
      $0.samples += 1
      if !sample.isUser { $0.kernelSamples += 1 }
      if !isKnown { $0.unknownLeaves += 1 }
    }
  }

  // False when nobody reads any more.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}

/// Moments at a rate, each at a random place of its own interval: a sampler in step with what it samples sees one thing.
private struct Pace {
  private let interval: Double
  private var next: Double
  private var random = SystemRandomNumberGenerator()

  init(hertz: Int, start: Double) {
    interval = 1 / Double(hertz)
    next = start
  }

  mutating func wait() {
    let moment = next + Double.random(in: 0..<interval, using: &random)
    next += interval
    let now = StopSampler.seconds()
    // A stop that took long is made up for, a machine that was asleep is not.
    if next + 20 * interval < now { next = now }
    guard moment > now else { return }
    var rest = timespec()
    rest.tv_nsec = Int((moment - now) * 1e9)
    if rest.tv_nsec >= 1_000_000_000 { rest = timespec(tv_sec: rest.tv_nsec / 1_000_000_000, tv_nsec: 0) }
    nanosleep(&rest, nil)
  }
}
