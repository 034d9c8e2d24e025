// Bytes and records per second, and what the tracer takes, over the last two seconds of the stream's own time: the same live and replayed.

import TraceModel

struct Meter {
  private struct Sample {
    var seconds: Double
    var bytes: UInt64
    var records: UInt64
    /// Of the machine's own time, in the tracer's drain.
    var drained: Double
  }

  private static let window = 2.0
  private static let step = 0.1
  private var samples: [Sample] = []

  private(set) var bytesPerSecond = 0.0
  private(set) var recordsPerSecond = 0.0
  /// The drain's part of the time of one CPU, 0 to 1.
  private(set) var drainShare = 0.0

  mutating func update(_ model: TraceModel) {
    guard let session = model.session, let second = session.ticksPerSecond else { return }
    let now = Sample(
      seconds: Double(session.time) / Double(second), bytes: model.bytesReceived, records: session.losses.received,
      drained: (session.drainNanoseconds ?? 0) / 1e9)
    // Another boot begins its clock and its counts anew.
    if let last = samples.last, now.seconds < last.seconds || now.records < last.records { samples = [] }
    if let last = samples.last, now.seconds - last.seconds < Self.step { return }
    samples.append(now)
    while samples.count > 2, samples[1].seconds < now.seconds - Self.window { samples.removeFirst() }
    guard let first = samples.first, now.seconds > first.seconds else { return }
    bytesPerSecond = Double(now.bytes - first.bytes) / (now.seconds - first.seconds)
    drainShare = max(0, (now.drained - first.drained) / (now.seconds - first.seconds))
    recordsPerSecond = Double(now.records - first.records) / (now.seconds - first.seconds)
  }
}
