// Moves bytes from a source into the model and, if wanted, into a recording; knows what state the source is in.
//
// One thread. Reads never wait: the loops poll, then call `pump`.

import Glibc
import TraceModel
import Tracer

final class Collector {
  enum State: Equatable {
    /// No frame has come yet.
    case waiting
    case running
    case ended(String)
  }

  private(set) var reading = Reading()
  var model: TraceModel { reading.model }
  private(set) var state = State.waiting
  let source: ByteSource
  /// The machine's console, when it is ours.
  var console: GuestConsole?
  private let recorder: Recorder?
  private var names: StreamNames
  private(set) var history: TimeMachine?
  /// When reading a line makes sense again, by `Clock`.
  private(set) var readAgainAt = 0.0
  private var askedAt: Double?
  private(set) var lastArrival = Clock.seconds()
  private var firstTime: UInt64?
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

  /// - Parameters:
  ///   - store: keeps the stream, so that one can go back in it.
  ///   - machineIsBooting: its kernel will say HELLO unasked.
  ///   - programs: of those that run in the machine, as far as they are known.
  init(
    _ source: ByteSource, names: NameLookup, recorder: Recorder? = nil, store: (any StreamStore)? = nil,
    machineIsBooting: Bool = false, programs: ProgramFiles = ProgramFiles()
  ) {
    reading.add(programs)
    history = store.map(TimeMachine.init)
    self.source = source
    self.names = StreamNames(names, recorder: recorder, store: store)
    self.recorder = recorder
    if machineIsBooting { askedAt = lastArrival }
  }

  deinit { buffer.deallocate() }

  var hasEnded: Bool { if case .ended = state { return true } else { return false } }

  /// Whether the stream came from a kernel at all.
  var isTrace: Bool { model.framesReceived > 0 }

  /// Why names are missing; nil when they are known or not yet needed.
  var namesNote: String? { names.note }

  /// Reads what is there, a bounded amount. True when the model has changed.
  func pump() throws -> Bool {
    guard !hasEnded else { return false }
    switch source.read(into: buffer) {
    case .nothing: return false
    case .ended(let reason):
      try finish(reason, leaving: source.endsAnywhere)
      return true
    case .bytes(let count):
      // A full buffer has more behind it.
      readAgainAt = count < buffer.count ? Clock.seconds() + source.breath : 0
      try take(UnsafeBufferPointer(rebasing: buffer.bindMemory(to: UInt8.self)[..<count]))
      return true
    }
  }

  /// Leaves a source that goes on. With a recorder, asks for all state once more and waits until histograms and errnos,
  /// which travel last, tell of every call counted so far, or a second.
  func leave(_ reason: String) throws {
    guard !hasEnded else { return }
    let end = Clock.seconds() + Self.farewellSeconds
    if recorder != nil && state == .running && send(.hello) {
      let poller = Poller(input: nil, hearsSignals: false)
      let farewell = Farewell(to: model.session)
      while !hasEnded && Clock.seconds() < end && !farewell.isTold(by: model.session) {
        _ = poller.wait(for: source, milliseconds: 20)
        _ = try pump()
      }
    }
    try finish(reason, leaving: true)
  }

  private func finish(_ reason: String, leaving: Bool) throws {
    guard !hasEnded else { return }
    state = .ended(reason)
    reading.finish(leaving: leaving)
    let functions = recorder == nil ? [] : model.session.map { model.usedFunctionFrames(of: $0) } ?? []
    try recorder?.finish(leaving: leaving, functions: functions)
    names.tell(model, asksFiles: true)
  }

  private static let farewellSeconds = 1.0

  /// Sends a command to the kernel; false when this source takes none.
  func send(_ command: Command) -> Bool {
    guard !hasEnded else { return false }
    var wire = [UInt8](repeating: 0, count: 40)
    let count = command.encode(into: &wire)
    return source.send(Array(wire[..<count]))
  }

  /// Asks until the kernel has said HELLO. It does so once a second by itself; asking makes the first picture come at
  /// once, and a question can be lost.
  func askForHello() {
    guard !hasEnded, model.session?.hello == nil else { return }
    let now = Clock.seconds()
    if let askedAt, now - askedAt < 1 { return }
    if send(.hello) { askedAt = now }
  }

  /// Tells the machine how large its console is, when that has changed and the line takes commands.
  func tellConsoleSize() {
    guard !hasEnded, let console, let size = console.untoldSize else { return }
    if send(.consoleSize(rows: UInt32(size.rows), columns: UInt32(size.columns))) { console.sizeIsTold() }
  }

  private func take(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    lastArrival = Clock.seconds()
    history?.append(bytes, before: reading)
    reading.feed(bytes)
    try recorder?.write(bytes)
    if state == .waiting && isTrace { state = .running }
    if let table = try names.find(in: model) {
      reading.add(table)
      history?.addNames(of: reading)
      names.tell(model)
    }
    try recorder?.settle()
    names.tellNowAndThen(model)
    if let session = model.session, let second = session.ticksPerSecond {
      if firstTime == nil { firstTime = session.time }
      source.streamReached(seconds: Double(session.time &- (firstTime ?? 0)) / Double(second))
    }
  }
}
