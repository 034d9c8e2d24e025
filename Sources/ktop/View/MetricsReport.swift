// The counters as OpenMetrics text (https://openmetrics.io, version 1.0.0): what Prometheus scrapes.
//
// Histograms have a bucket each power of two of the machine's clock, the same from scrape to scrape.

struct MetricsReport {
  static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"
  private let snapshot: Snapshot

  init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  var text: String {
    var lines: [String] = []
    lines +=
      stream + histogram("apus_system_call_duration_seconds", "system_call", snapshot.systemCalls, "System calls.")
    lines += errors
    lines += histogram("apus_span_duration_seconds", "span", snapshot.spans, "Spans of kernel work.")
    lines += locks + cpus
    return (lines + ["# EOF"]).joined(separator: "\n") + "\n"
  }

  // MARK: Families

  private var stream: [String] {
    let losses = snapshot.losses
    var lines = family("apus_uptime_seconds", "gauge", "Since the machine was started.")
    lines.append("apus_uptime_seconds \(Self.number(snapshot.uptime ?? 0))")
    lines += family("apus_records", "counter", "Records of the tracer by what became of them.")
    for (fate, count) in [
      ("received", losses.received), ("dropped_at_source", losses.droppedSource), ("lost_on_the_line", losses.lostWire),
    ] { lines.append("apus_records_total{fate=\"\(fate)\"} \(count)") }
    lines += family("apus_bad_frames", "counter", "Frames that failed their checksum, or made no sense.")
    lines.append("apus_bad_frames_total \(snapshot.badFrames)")
    if let session = snapshot.session {
      lines += family("apus_tracer_sent_bytes", "counter", "What the tracer has put on its line.", unit: "bytes")
      lines.append("apus_tracer_sent_bytes_total \(session.cost.bytesSent)")
      lines += family("apus_tracer_drain_seconds", "counter", "Time the tracer took for that.", unit: "seconds")
      lines.append("apus_tracer_drain_seconds_total \(Self.number((session.drainNanoseconds ?? 0) / 1e9))")
      if let instructions = session.probeInstructions {
        lines += family("apus_tracer_probe_instructions", "counter", "What the probes took, within a third.")
        lines.append("apus_tracer_probe_instructions_total \(instructions)")
      }
    }
    lines += family("apus_probe_on", "gauge", "1 for a probe that is on.")
    for key in snapshot.keys { lines.append("apus_probe_on\(Self.labels(["probe": key.name])) \(key.isOn ? 1 : 0)") }
    return lines
  }

  private func histogram(_ name: String, _ label: String, _ rows: [Latency], _ help: String) -> [String] {
    var lines = family(name, "histogram", help, unit: "seconds")
    for row in rows where row.scale.isFinite {
      let octaves = Octaves(row.buckets)
      var seen: UInt64 = 0
      for octave in Self.firstOctave..<Self.lastOctave {
        seen += octave == Self.firstOctave ? octaves.counts[...octave].reduce(0, +) : octaves.counts[octave]
        let limit = Double(UInt64(2) << UInt64(octave)) * row.scale / 1e9
        lines.append("\(name)_bucket\(Self.labels([label: row.name, "le": Self.number(limit)])) \(seen)")
      }
      // The histogram may be a little older than the count: all buckets end with what is in it.
      let total = row.buckets.isEmpty ? row.count : row.buckets.reduce(0, +)
      lines.append("\(name)_bucket\(Self.labels([label: row.name, "le": "+Inf"])) \(total)")
      lines.append("\(name)_count\(Self.labels([label: row.name])) \(total)")
      lines.append("\(name)_sum\(Self.labels([label: row.name])) \(Self.number(row.sum / 1e9))")
    }
    return lines
  }

  // About 50 ns to a minute on a clock of 1 to 4 GHz.
  private static let (firstOctave, lastOctave) = (6, 37)

  private var errors: [String] {
    family("apus_system_call_errors", "counter", "System calls that failed, by errno.")
      + snapshot.systemCalls.flatMap { row in
        row.namedErrnos.map {
          "apus_system_call_errors_total\(Self.labels(["system_call": row.name, "errno": $0.name])) \($0.count)"
        }
      }
  }

  private var locks: [String] {
    let rows = snapshot.locks.filter { $0.acquired > 0 }
    var lines = family("apus_lock_acquisitions", "counter", "Acquisitions by class of lock.")
    lines += rows.map { "apus_lock_acquisitions_total\(Self.labels(["lock": $0.name])) \($0.acquired)" }
    lines += family("apus_lock_contended", "counter", "Acquisitions that had to wait.")
    lines += rows.map { "apus_lock_contended_total\(Self.labels(["lock": $0.name])) \($0.contended)" }
    lines += family("apus_lock_wait_seconds", "counter", "Time waited, over all CPUs.", unit: "seconds")
    lines += rows.filter { $0.waitSum.isFinite }.map {
      "apus_lock_wait_seconds_total\(Self.labels(["lock": $0.name])) \(Self.number($0.waitSum / 1e9))"
    }
    return lines
  }

  private var cpus: [String] {
    var lines = family(
      "apus_cpu_busy_seconds", "counter", "Time with a thread, of context switches received.", unit: "seconds")
    for (number, cpu) in snapshot.activity.cpus.enumerated() where snapshot.ticksPerSecond != nil {
      lines.append(
        "apus_cpu_busy_seconds_total\(Self.labels(["cpu": "\(number)"])) \(Self.number(snapshot.nanoseconds(cpu.busy) / 1e9))"
      )
    }
    return lines
  }

  // MARK: Writing

  private func family(_ name: String, _ type: String, _ help: String, unit: String? = nil) -> [String] {
    ["# TYPE \(name) \(type)"] + (unit.map { ["# UNIT \(name) \($0)"] } ?? []) + ["# HELP \(name) \(help)"]
  }

  private static func labels(_ labels: KeyValuePairs<String, String>) -> String {
    "{" + labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
  }

  private static func escaped(_ text: String) -> String {
    text.map { $0 == "\\" ? "\\\\" : $0 == "\"" ? "\\\"" : $0 == "\n" ? "\\n" : String($0) }.joined()
  }

  private static func number(_ value: Double) -> String { String(value) }
}
