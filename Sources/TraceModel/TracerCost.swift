// What the tracer itself costs, as the kernel reports it, since boot. What a probe takes where it stands is not in it:
// that is part of the call that it stands in.

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

  var tracerJSON: JSONValue {
    .object([
      ("bytes_sent", .integer(cost.bytesSent)), ("frames_sent", .integer(cost.framesSent)),
      ("drain_ns", .number(drainNanoseconds ?? .nan)), ("drain_share", .number(drainShare ?? .nan)),
      ("unnamed_threads", .integer(cost.unnamedThreads)),
    ])
  }
}
