// Chrome's trace events: complete events, one for every run of samples of a thread with the same frame.

import FlameGraph

enum ChromeExport {
  static func write(_ profile: Profile) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n")
    var isFirst = true
    func separate() {
      if !isFirst { json.raw(",\n") }
      isFirst = false
    }
    for (number, part) in Threads.split(profile.timeline).enumerated() {
      separate()
      json.raw("{\"ph\":\"M\",\"name\":\"thread_name\"")
      identify(part.thread, number, &json)
      json.raw(",\"args\":{\"name\":")
      json.string(part.thread.name)
      json.raw("}}")
      FlameSlices.forEach(part.samples, profile) { name, start, end in
        separate()
        json.raw("{\"ph\":\"X\",\"name\":")
        json.string(profile.stacks.name(name))
        identify(part.thread, number, &json)
        json.raw(",\"ts\":")
        json.thousandths(start)
        json.raw(",\"dur\":")
        json.thousandths(end - start)
        json.raw("}")
      }
    }
    json.raw("\n]}\n")
    return json.bytes
  }

  private static func identify(_ thread: TimedSample.Thread, _ number: Int, _ json: inout JSONText) {
    json.raw(",\"pid\":")
    json.number(max(1, thread.process))
    json.raw(",\"tid\":")
    json.number(thread.thread == 0 ? UInt64(number + 1) : thread.thread)
  }
}

/// Samples of a thread as slices of time: a frame lasts over all neighbours that have it at the same place.
enum FlameSlices {
  /// `body` gets a name, and nanoseconds; an outer slice comes before those inside, when both begin together.
  static func forEach(
    _ samples: [TimedSample], _ profile: Profile, _ body: (_ name: UInt32, _ start: UInt64, _ end: UInt64) -> Void
  ) {
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
    for slice in slices.sorted(by: { ($0.start, $0.depth) < ($1.start, $1.depth) }) {
      body(slice.name, slice.start, slice.end)
    }
  }

  /// A sample lasts as long as its value when that is a time or there is no other, else until the next one.
  private static func end(of index: Int, _ samples: [TimedSample], _ profile: Profile) -> UInt64 {
    let sample = samples[index]
    if profile.isTime || profile.samples.isEmpty {
      return sample.time.addingReportingOverflow(sample.value).partialValue
    }
    return index + 1 < samples.count ? samples[index + 1].time : sample.time + 1000
  }
}

extension Profile {
  /// The names of a sample where its thread stands beside it: not once more as the outermost frame.
  func frameIDs(of sample: TimedSample) -> [UInt32] {
    let ids = stacks.frameIDs(of: sample.node)
    guard let first = ids.first, stacks.name(first) == sample.thread.name.replacing(" ", with: "_") else { return ids }
    return Array(ids.dropFirst())
  }
}

extension FoldedStacks {
  /// Numbers of names from the outermost to that of the node, the root's left out.
  func frameIDs(of node: UInt32) -> [UInt32] {
    var ids: [UInt32] = []
    var node = node
    while node != 0 {
      ids.append(nameID(of: node))
      node = parent(of: node)
    }
    ids.reverse()
    return ids
  }
}
