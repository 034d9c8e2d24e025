// The machine-readable report of `dump --json`. `schema_version` changes when a member changes its meaning or goes away.

import Tracer

extension TraceModel {
  /// The current session and what became of the stream; times in nanoseconds unless their name says otherwise.
  public var json: JSONValue {
    let session = session ?? Session(tag: 0)
    return .object([
      ("schema_version", .integer(1)),
      ("session", sessionJSON(session)),
      ("losses", Self.lossesJSON(session.losses)),
      ("cpus", .array(session.cpus.sorted { $0.key < $1.key }.map(Self.cpuJSON))),
      ("stream", streamJSON(session)),
      ("tracer", session.tracerJSON),
      ("syscalls", .array(systemCallRows(of: session).map(Self.latencyJSON))),
      ("spans", .array(spanRows(of: session).map(Self.latencyJSON))),
      (
        "locks",
        .array(lockRows(of: session).map { Self.lockJSON($0, lockDetail($0.number, of: session)) })
      ),
      ("lock_order", lockOrderJSON(session)),
      ("stacks", stacksJSON(session)),
      ("flight", flightJSON(session)),
      ("threads", .array(session.threads.threads.values.sorted { $0.tid < $1.tid }.map(Self.threadJSON))),
    ])
  }

  private func sessionJSON(_ session: Session) -> JSONValue {
    guard let hello = session.hello else { return .null }
    let uptime = (session.time << UInt64(hello.tickShift)) &- hello.tscAtBoot
    return .object([
      ("boot_id", .string(String(hello.bootID, radix: 16))),
      ("build_id", .string(NameTable.hexadecimal(hello.buildID))),
      ("names_known", .bool(names(of: session) != nil)),
      ("abi", .string(hello.abi == 1 ? "linux-x86_64" : "abi-\(hello.abi)")),
      ("cpus", .integer(UInt64(hello.cpuCount))),
      ("tsc_hz", .integer(hello.tscHertz)),
      ("uptime_ns", .number(session.nanoseconds(tsc: uptime) ?? .nan)),
      ("enabled_keys", .array(keyNames(session, hello.enabledKeys))),
      ("boots_seen", .integer(UInt64(sessions.count))),
    ])
  }

  private func keyNames(_ session: Session, _ mask: UInt32) -> [JSONValue] {
    (0..<32).filter { mask >> UInt32($0) & 1 != 0 }.map { .string(names(of: session)?.keys[$0] ?? "key_\($0)") }
  }

  private func streamJSON(_ session: Session) -> JSONValue {
    .object([
      ("bytes", .integer(bytesReceived)),
      ("frames", .integer(framesReceived)),
      ("bad_frames", .integer(badFrames)),
      ("bad_bytes", .integer(badBytes)),
      ("malformed_frames", .integer(malformedFrames)),
      ("unknown_frames", .integer(unknownFrames)),
      ("duplicate_frames", .integer(duplicateFrames)),
      ("console_bytes", .integer(consoleBytes)),
      ("kernel_bytes_sent", .integer(session.cost.bytesSent)),
      ("kernel_drain_ns", .number(session.nanoseconds(tsc: session.cost.ticksSpent) ?? .nan)),
      ("bad_command_bytes", .integer(session.hello?.badCommandBytes ?? 0)),
      ("context_switches_received", .integer(session.contextSwitches)),
    ])
  }

  private static func lossesJSON(_ losses: Losses) -> JSONValue { .object(lossMembers(losses)) }

  private static func lossMembers(_ losses: Losses) -> [(String, JSONValue)] {
    [
      ("emitted", .integer(losses.emitted)),
      ("received", .integer(losses.received)),
      ("dropped_source", .integer(losses.droppedSource)),
      ("lost_wire", .integer(losses.lostWire)),
    ]
  }

  private static func cpuJSON(_ number: Int, _ account: CPUAccount) -> JSONValue {
    .object(
      [("cpu", .integer(UInt64(number)))] + lossMembers(account.losses) + [
        ("dropped_by_key", .array(account.droppedByClass.map { .integer($0) })),
        ("pending_words", .integer(account.pendingWords)),
      ])
  }

  private static func latencyJSON(_ row: LatencyRow) -> JSONValue {
    .object([
      ("number", .integer(UInt64(row.number))),
      ("name", .string(row.name)),
      ("count", .integer(row.count)),
      ("rate_per_s", .number(row.rate)),
      ("sum_ns", .number(row.sum)),
      ("min_ns", .number(row.min)),
      ("p50_ns", row.p50.map { .number($0) } ?? .null),
      ("p90_ns", row.p90.map { .number($0) } ?? .null),
      ("p99_ns", row.p99.map { .number($0) } ?? .null),
      ("max_ns", .number(row.max)),
      ("errors", .integer(row.errors)),
      ("unimplemented", .integer(row.unimplemented)),
      ("errnos", .object(row.errnos.map { ($0.name, .integer($0.count)) })),
    ])
  }

  private func flightJSON(_ session: Session) -> JSONValue {
    guard let flight = session.flight else { return .null }
    return .object([
      ("seconds", .integer(UInt64(flight.rules.seconds))), ("triggers", .integer(flight.triggers)),
      ("seen", .array(session.triggers.map { .string(text(of: $0, in: session)) })),
    ])
  }

  private func stacksJSON(_ session: Session) -> JSONValue {
    .object(
      [("sample_hz", .integer(UInt64(session.sampleRate))), ("refused", .integer(session.refusedStacks))]
        + StackKind.allCases.map { kind in
          let stacks = session.stacks(kind)
          return (
            "\(kind)",
            .object([
              ("count", .integer(stacks.reduce(0) { $0 &+ $1.count })), ("distinct", .integer(UInt64(stacks.count))),
            ])
          )
        })
  }

  private func lockOrderJSON(_ session: Session) -> JSONValue {
    func name(_ number: Int) -> JSONValue { .string(lockName(number, of: session)) }
    let order = session.lockOrder
    return .object([
      (
        "edges",
        .array(
          order.edges.map { edge in
            .object([
              ("outer", name(edge.outer)), ("inner", name(edge.inner)), ("count", .integer(edge.count)),
              ("circular", .bool(order.isCircular(edge))),
              (
                "places",
                .array(
                  edge.places.map {
                    .object([("place", .string(siteName($0.site, of: session))), ("count", .integer($0.count))])
                  })
              ),
            ])
          })
      ), ("circles", .array(order.circles.map { .array($0.map(name)) })),
    ])
  }

  private static func lockJSON(_ row: LockRow, _ detail: LockDetail) -> JSONValue {
    .object(
      [
        ("number", .integer(UInt64(row.number))),
        ("name", .string(row.name)),
        ("rank", row.rank.map { .integer(UInt64($0)) } ?? .null),
        ("acquired", .integer(row.acquired)),
        ("rate_per_s", .number(row.rate)),
        ("contended", .integer(row.contended)),
        ("wait_sum_ns", .number(row.waitSum)),
        ("wait_max_ns", .number(row.waitMax)),
        ("wait_p50_ns", row.waitP50.map { .number($0) } ?? .null),
        ("wait_p99_ns", row.waitP99.map { .number($0) } ?? .null),
        ("held", .integer(row.held)),
        ("hold_sum_ns", .number(row.holdSum)),
        ("hold_p50_ns", row.holdP50.map { .number($0) } ?? .null),
        ("hold_p99_ns", row.holdP99.map { .number($0) } ?? .null),
        ("hold_max_ns", .number(row.holdMax)),
      ] + detail.json)
  }

  private static func threadJSON(_ thread: ThreadInfo) -> JSONValue {
    .object([
      ("tid", .integer(UInt64(thread.tid))),
      ("pid", .integer(UInt64(thread.pid))),
      ("name", .string(thread.name)),
      ("alive", .bool(thread.isAlive)),
    ])
  }
}
