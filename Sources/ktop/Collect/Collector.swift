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
  /// Why names are missing; nil when they are known or not yet needed.
  private(set) var namesNote: String?
  let source: ByteSource
  /// The machine's console, when it is ours.
  var console: GuestConsole?
  private let recorder: Recorder?
  private var names: NameLookup
  private var history: TimeMachine?
  private let store: (any StreamStore)?
  private var namesToldAt = 0.0
  /// When reading a line makes sense again, by `Clock`.
  private(set) var readAgainAt = 0.0
  private var askedAt: Double?
  private var lastArrival = Clock.seconds()
  private var firstTime: UInt64?
  private var namedBuild: [UInt8]?
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
    self.store = store
    self.source = source
    self.names = names
    self.recorder = recorder
    if machineIsBooting { askedAt = lastArrival }
    if let table = names.explicit { recorder?.add(names: table) }
  }

  deinit { buffer.deallocate() }

  var hasEnded: Bool { if case .ended = state { return true } else { return false } }

  /// Whether the stream came from a kernel at all.
  var isTrace: Bool { model.framesReceived > 0 }

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
      let counted = model.session?.systemCalls ?? [:]
      while !hasEnded && Clock.seconds() < end && !isToldInFull(counted) {
        _ = poller.wait(for: source, milliseconds: 20)
        _ = try pump()
      }
    }
    try finish(reason, leaving: true)
  }

  private func isToldInFull(_ counted: [Int: Counter]) -> Bool {
    guard let calls = model.session?.systemCalls else { return true }
    return counted.allSatisfy { number, then in
      guard let now = calls[number], now.count >= then.count else { return true }
      return now.errnos.values.reduce(0, +) >= then.errors && now.buckets.reduce(0, +) >= then.count
    }
  }

  private func finish(_ reason: String, leaving: Bool) throws {
    guard !hasEnded else { return }
    state = .ended(reason)
    reading.finish(leaving: leaving)
    let functions = recorder == nil ? [] : model.session.map { model.usedFunctionFrames(of: $0) } ?? []
    try recorder?.finish(leaving: leaving, functions: functions)
    tellNames(asksFiles: true)
  }

  private static let farewellSeconds = 1.0

  /// Sends a command to the kernel; false when this source takes none.
  func send(_ command: Command) -> Bool {
    guard !hasEnded else { return false }
    var wire = [UInt8](repeating: 0, count: 40)
    let count = command.encode(into: &wire)
    return source.send(Array(wire[..<count]))
  }

  /// Everything views need, at this moment.
  func snapshot() -> Snapshot { snapshot(of: reading) }

  /// The same of an earlier moment, in seconds since the beginning; nil when it is not kept.
  func snapshot(at seconds: Double) -> Snapshot? {
    guard let past = history?.reading(at: seconds) else { return nil }
    var snapshot = snapshot(of: past)
    snapshot.past = min(seconds, reading.seconds)
    return snapshot
  }

  private func snapshot(of reading: Reading) -> Snapshot {
    var snapshot = Snapshot(of: self, reading, silentFor: Clock.seconds() - lastArrival)
    if let console { snapshot.terminal = console.picture }
    snapshot.seconds = self.reading.seconds
    snapshot.earliest = history?.earliest ?? self.reading.seconds
    return snapshot
  }

  /// Asks until the kernel has said HELLO. It does so once a second by itself; asking makes the first picture come at
  /// once, and a question can be lost.
  func askForHello() {
    guard !hasEnded, model.session?.hello == nil else { return }
    let now = Clock.seconds()
    if let askedAt, now - askedAt < 1 { return }
    if send(.hello) { askedAt = now }
  }

  private func take(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    lastArrival = Clock.seconds()
    history?.append(bytes, before: reading)
    reading.feed(bytes)
    try recorder?.write(bytes)
    if state == .waiting && isTrace { state = .running }
    try findNames()
    if Clock.seconds() > namesToldAt + namesPeriod {
      tellNames()
      namesPeriod = min(2 * namesPeriod, Self.longestNamesPeriod)
    }
    if let session = model.session, let second = session.ticksPerSecond {
      if firstTime == nil { firstTime = session.time }
      source.streamReached(seconds: Double(session.time &- (firstTime ?? 0)) / Double(second))
    }
  }

  // Now and then, for whoever kills a ktop does not say so before; seldom after a while, when most are told.
  private var namesPeriod = 3.0
  private static let longestNamesPeriod = 60.0

  // While it runs from memory: unwind tables and debug information cost more than watching an idle kernel does.
  private func tellNames(asksFiles: Bool = false) {
    namesToldAt = Clock.seconds()
    guard let store, store.wantsNames, let session = model.session, let names = model.names(of: session) else { return }
    store.setNames(names.frames() + model.usedFunctionFrames(of: session, asksFiles: asksFiles))
  }

  private func findNames() throws {
    guard let session = model.session, let hello = session.hello, hello.buildID != namedBuild else { return }
    let isFirst = namedBuild == nil
    namedBuild = hello.buildID
    let found = try names.find(hello.buildID, streamed: model.names(of: session), isFirst: isFirst)
    namesNote = found.note
    guard let table = found.table else { return recorder?.addNothing() ?? () }
    reading.add(table)
    history?.addNames(of: reading)
    recorder?.add(names: table)
    tellNames()
  }
}
