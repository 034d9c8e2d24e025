// What views show: a value, so that a paused screen keeps one while collection goes on.

import TraceModel
import Tracer

struct Snapshot: Sendable {
  struct Key: Equatable, Sendable {
    var id: Int
    var name: String
    var isOn: Bool
  }

  var label = ""
  var state = Collector.State.waiting
  /// Seconds without a byte from a live source that has not ended.
  var silentFor = 0.0
  var namesNote: String?
  var uptime: Double?
  var cpus: Int?
  var buildID = ""
  /// Nil before the first HELLO.
  var bootID: UInt64?
  var boots = 0
  var bytesPerSecond = 0.0
  var recordsPerSecond = 0.0
  /// What the tracer itself takes of one CPU, lately: 0 to 1.
  var drainShare = 0.0
  var bytes: UInt64 = 0
  var losses = Losses()
  /// Frames that failed their checksum, or made no sense.
  var badFrames: UInt64 = 0
  var keys: [Key] = []
  var systemCalls: [Latency] = []
  var locks: [LockRow] = []
  var spans: [Latency] = []

  /// Seconds from the stream's beginning to what was received last, and to what is still kept first.
  var seconds = 0.0
  var earliest = 0.0
  /// When this is not now: the moment it shows.
  var past: Double?

  /// All that is known; what is above and below is taken from it.
  var model: TraceModel?
  /// The moment since which this tells what changed.
  var marked: MarkedMoment?

  var activity = Activity()
  var rates = RateHistory()
  var treeHistory = TreeHistory()
  var threads: [UInt32: ThreadInfo] = [:]
  var tree: [SpanTree.Node] = []
  var spanNames: [Int: String] = [:]
  var accounts: [Int: CPUAccount] = [:]
  /// The kernel's clock, ticks; how many make a second, and when the machine was started.
  var time: UInt64 = 0
  var ticksPerSecond: UInt64?
  /// Stacks looked at a second, HELLOs sent and resets made, as the kernel says.
  var sampleRate = 0
  var helloSequence: UInt64 = 0
  /// What the flight recorder keeps; nil until the kernel has said.
  var flight: FlightState?
  /// What it leaves out; nil until it has said.
  var filter: FilterState?
  var generation: UInt64 = 0
  var bootTime: UInt64 = 0
  /// What the console wrote on the trace line, and what it shows where it is a terminal of ours.
  var consoleText: [UInt8] = []
  var terminal: TerminalPicture?
}

/// A moment to compare with.
struct MarkedMoment: Sendable {
  var model: TraceModel?
  var session: Session? { model?.session }
}

extension Snapshot {
  var session: Session? { model?.session }

  init(of collector: Collector, _ reading: Reading, silentFor: Double) {
    let model = reading.model
    label = collector.source.label
    state = collector.state
    namesNote = collector.namesNote
    bytes = model.bytesReceived
    badFrames = model.badFrames + model.malformedFrames
    boots = model.sessions.count
    consoleText = model.console
    self.model = model
    self.model?.forgetPendingSpans()
    if state == .running && collector.source.isLive { self.silentFor = silentFor }
    activity = reading.activity
    rates = reading.rates
    treeHistory = reading.trees
    if self.silentFor < 2 {
      bytesPerSecond = reading.meter.bytesPerSecond
      recordsPerSecond = reading.meter.recordsPerSecond
      drainShare = reading.meter.drainShare
    }
    if let session = model.session { take(session, model) }
  }

  private mutating func take(_ session: Session, _ model: TraceModel) {
    losses = session.losses
    let names = model.names(of: session)
    spanNames = names?.spans ?? [:]
    systemCalls = session.systemCalls.filter { $0.value.count > 0 }.sorted { $0.key < $1.key }.map {
      Latency($0.key, TraceModel.systemCallName($0.key), $0.value, session)
    }
    spans = session.spans.filter { $0.value.count > 0 }.sorted { $0.key < $1.key }.map {
      Latency($0.key, model.spanName($0.key, of: session), $0.value, session)
    }
    locks = model.lockRows(of: session)
    threads = session.threads.threads
    tree = session.tree.nodes
    accounts = session.cpus
    flight = session.flight
    filter = session.filter
    time = session.time
    ticksPerSecond = session.ticksPerSecond
    guard let hello = session.hello else { return }
    cpus = hello.cpuCount
    bootID = hello.bootID
    sampleRate = session.sampleRate
    helloSequence = hello.sequence
    generation = hello.generation
    buildID = NameTable.hexadecimal(hello.buildID)
    bootTime = hello.tscAtBoot >> UInt64(hello.tickShift)
    uptime = session.nanoseconds(ticks: session.time &- bootTime).map { $0 / 1e9 }
    keys = Self.keys(of: hello, names: names)
  }

  private static func keys(of hello: HelloFrame, names: NameTable?) -> [Key] {
    let known = names.map { Set($0.keys.keys) } ?? []
    let on = (0..<32).filter { hello.enabledKeys >> UInt32($0) & 1 != 0 }
    return known.union(on).filter { $0 < 32 }.sorted().map {
      Key(id: $0, name: names?.keys[$0] ?? "key_\($0)", isOn: hello.enabledKeys >> UInt32($0) & 1 != 0)
    }
  }
}
