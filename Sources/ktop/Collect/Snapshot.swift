// What views show: a value, so that a paused screen keeps one while collection goes on.

import TraceModel

struct Snapshot {
  struct Key: Equatable {
    var id: Int
    var name: String
    var isOn: Bool
  }

  struct SpanRow {
    var latency: LatencyRow
    /// Mean time of one occurrence without what is nested in it, on the CPU, nanoseconds; from the events received.
    var selfTime: Double?
  }

  var label = ""
  var state = Collector.State.waiting
  /// Seconds without a byte from a live source that has not ended.
  var silentFor = 0.0
  var namesNote: String?
  var uptime: Double?
  var cpus: Int?
  var buildID = ""
  var boots = 0
  var bytesPerSecond = 0.0
  var recordsPerSecond = 0.0
  var bytes: UInt64 = 0
  var losses = Losses()
  /// Frames that failed their checksum, or made no sense.
  var badFrames: UInt64 = 0
  var keys: [Key] = []
  var systemCalls: [LatencyRow] = []
  var locks: [LockRow] = []
  var spans: [SpanRow] = []
}

extension Snapshot {
  init(of collector: Collector, meter: Meter, silentFor: Double) {
    let model = collector.model
    label = collector.source.label
    state = collector.state
    namesNote = collector.namesNote
    bytes = model.bytesReceived
    badFrames = model.badFrames + model.malformedFrames
    boots = model.sessions.count
    if state == .running && collector.source.isLive { self.silentFor = silentFor }
    guard let session = model.session else { return }
    if self.silentFor < 2 {
      bytesPerSecond = meter.bytesPerSecond
      recordsPerSecond = meter.recordsPerSecond
    }
    losses = session.losses
    systemCalls = model.systemCallRows(of: session)
    locks = model.lockRows(of: session)
    let selfTimes = Self.selfTimes(of: session)
    spans = model.spanRows(of: session).map { SpanRow(latency: $0, selfTime: selfTimes[$0.number]) }
    guard let hello = session.hello else { return }
    cpus = hello.cpuCount
    buildID = NameTable.hexadecimal(hello.buildID)
    let sinceBoot = (session.time << UInt64(hello.tickShift)) &- hello.tscAtBoot
    uptime = session.nanoseconds(tsc: sinceBoot).map { $0 / 1e9 }
    keys = Self.keys(of: hello, names: model.names(of: session))
  }

  private static func selfTimes(of session: Session) -> [Int: Double] {
    var sums: [Int: (ticks: UInt64, count: UInt64)] = [:]
    for node in session.tree.nodes {
      guard case .span(let id) = node.label else { continue }
      sums[id, default: (0, 0)].ticks += node.selfOnCPU
      sums[id, default: (0, 0)].count += node.count
    }
    return sums.compactMapValues { sum in
      guard sum.count > 0, let total = session.nanoseconds(ticks: sum.ticks) else { return nil }
      return total / Double(sum.count)
    }
  }

  private static func keys(of hello: HelloFrame, names: NameTable?) -> [Key] {
    let known = names.map { Set($0.keys.keys) } ?? []
    let on = (0..<32).filter { hello.enabledKeys >> UInt32($0) & 1 != 0 }
    return known.union(on).filter { $0 < 32 }.sorted().map {
      Key(id: $0, name: names?.keys[$0] ?? "key_\($0)", isOn: hello.enabledKeys >> UInt32($0) & 1 != 0)
    }
  }
}
