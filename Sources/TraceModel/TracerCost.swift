// What the tracer itself costs, since boot: bytes and the drain's time as the kernel reports them; what the probes take
// where they stand, in instructions, from how often each was passed. Time for that there is none: it is part of the
// call that a probe stands in.
import Tracer

public struct TracerCost: Sendable, Equatable {
  public internal(set) var bytesSent: UInt64 = 0
  public internal(set) var framesSent: UInt64 = 0
  /// TSC ticks spent in the drain, which runs on one CPU at a time.
  public internal(set) var ticksSpent: UInt64 = 0
  /// Threads for which the name table had no room.
  public internal(set) var unnamedThreads: UInt64 = 0
}

extension Session {
  /// Nanoseconds in the drain since boot; nil before the first HELLO.
  public var drainNanoseconds: Double? { nanoseconds(tsc: cost.ticksSpent) }

  /// The drain's part of the time of one CPU since boot, 0 to 1; nil before the first HELLO.
  public var drainShare: Double? {
    guard let hello else { return nil }
    let uptime = (time << UInt64(hello.tickShift)) &- hello.tscAtBoot
    return uptime > 0 ? Double(cost.ticksSpent) / Double(uptime) : nil
  }

  /// Instructions that Apus's probes have taken since boot or reset, within a third; nil for other kernels.
  public var probeInstructions: UInt64? {
    guard hello?.abi == 1 else { return nil }
    let stacks = [StackKind.sleeping, .waking, .lockWait].reduce(0) { $0 &+ count(of: $1) }
    let parts = [
      Self.count(systemCalls) &* ProbeCost.systemCall, Self.count(spans) &* ProbeCost.span,
      Self.count(lockHolds) &* ProbeCost.lock, count(of: .running) &* ProbeCost.sample, stacks &* ProbeCost.stack,
    ]
    return parts.reduce(0, &+)
  }

  private static func count(_ rows: [Int: Counter]) -> UInt64 { rows.values.reduce(0) { $0 &+ $1.count } }

  private func count(of kind: StackKind) -> UInt64 { stacks(kind).reduce(0) { $0 &+ $1.count } }

  var tracerJSON: JSONValue {
    .object([
      ("bytes_sent", .integer(cost.bytesSent)), ("frames_sent", .integer(cost.framesSent)),
      ("drain_ns", .number(drainNanoseconds ?? .nan)), ("drain_share", .number(drainShare ?? .nan)),
      ("probe_instructions", probeInstructions.map { .integer($0) } ?? .null),
      ("unnamed_threads", .integer(cost.unnamedThreads)),
    ])
  }
}

/// Instructions of a probe that is on, as measured on Apus under -icount: what a run takes more with the probe than
/// without it, less the drain, for each time it was passed. `TraceTests.theTracerKnowsWhatItTakes` holds them.
private enum ProbeCost {
  static let systemCall: UInt64 = 95
  static let span: UInt64 = 105
  /// Taking and releasing a lock while its holding is timed.
  static let lock: UInt64 = 430
  static let sample: UInt64 = 5_500
  /// A stack of who slept, woke, or waited.
  static let stack: UInt64 = 4_500
}
