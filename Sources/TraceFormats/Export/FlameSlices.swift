// Samples of a thread, or its spans, as slices of time.

import FlameGraph

/// Samples of a thread as slices of time: a frame lasts over all neighbours that have it at the same place.
enum FlameSlices {
  struct Slice {
    var name: UInt32
    /// Nanoseconds.
    var start: UInt64
    var end: UInt64
  }

  /// By their start; an outer slice comes before those inside, when both begin together.
  static func of(_ samples: [TimedSample], _ profile: Profile) -> [Slice] {
    var open: [(name: UInt32, start: UInt64)] = []
    var time: UInt64 = 0
    var slices: [(name: UInt32, start: UInt64, end: UInt64, depth: Int)] = []
    func close(to count: Int, at time: UInt64) {
      while open.count > count {
        let last = open.removeLast()
        if time > last.start { slices.append((last.name, last.start, time, open.count)) }
      }
    }
    for (index, sample) in samples.enumerated() {
      let frames = profile.frameIDs(of: sample)
      let isApart = sample.time > time
      if isApart { close(to: 0, at: time) }
      let start = max(sample.time, time)
      var shared = 0
      while shared < open.count, shared < frames.count, open[shared].name == frames[shared] { shared += 1 }
      close(to: shared, at: start)
      for frame in frames[shared...] { open.append((frame, start)) }
      time = max(start, end(of: index, samples, profile))
    }
    close(to: 0, at: time)
    return slices.sorted { ($0.start, $0.depth) < ($1.start, $1.depth) }.map {
      Slice(name: $0.name, start: $0.start, end: $0.end)
    }
  }

  /// A sample lasts as long as its value when that is a time or there is no other, else until the next one.
  private static func end(of index: Int, _ samples: [TimedSample], _ profile: Profile) -> UInt64 {
    let sample = samples[index]
    if profile.isTime || profile.samples.isEmpty {
      return later(sample.time, by: sample.value)
    }
    return index + 1 < samples.count ? samples[index + 1].time : later(sample.time, by: 1000)
  }

  /// Time ends where its numbers do.
  private static func later(_ time: UInt64, by length: UInt64) -> UInt64 {
    let (sum, isOver) = time.addingReportingOverflow(length)
    return isOver ? .max : sum
  }
}

extension Profile {
  /// The slices of every thread: spans as they were, or what samples tell of them.
  var slices: [(thread: TimedSample.Thread, slices: [FlameSlices.Slice])] {
    guard !spans.isEmpty else {
      return Threads.split(timeline).map { ($0.thread, FlameSlices.of($0.samples, self)) }
    }
    var places: [TimedSample.Thread: Int] = [:]
    var parts: [(thread: TimedSample.Thread, slices: [FlameSlices.Slice])] = []
    for span in spans.sorted(by: { ($0.start, $1.end) < ($1.start, $0.end) }) {
      let place = places[span.thread] ?? parts.count
      if place == parts.count {
        places[span.thread] = place
        parts.append((span.thread, []))
      }
      parts[place].slices.append(.init(name: span.name, start: span.start, end: span.end))
    }
    return parts
  }
}

extension Profile {
  /// The names of a sample where its thread stands beside it: not once more as the outermost frame.
  func frameIDs(of sample: TimedSample) -> [UInt32] {
    let ids = stacks.pathIDs(to: sample.node)
    guard let first = ids.first, stacks.name(first) == sample.thread.name.replacing(" ", with: "_") else { return ids }
    return Array(ids.dropFirst())
  }
}
