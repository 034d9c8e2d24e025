// Spans of threads, in any order, as stacks: a span lies inside of another that begins before it and ends after it.
//
// A value is the own time of a span. Spans of one thread that overlap without lying in each other are cut at the end of
// the one that began first. The outermost frame is the thread.

import FlameGraph

struct SpanNester {
  private struct Span {
    var name: UInt32
    var start: UInt64
    var end: UInt64
  }

  private struct Track {
    var label: String
    var spans: [Span] = []
    /// Begun and not ended.
    var open: [(name: UInt32, start: UInt64)] = []
    var last: UInt64 = 0
  }

  private var profile = Profile()
  private var tracks: [Track] = []
  private var numbers: [String: Int] = [:]
  private let keepsSamples: Bool
  private var unmatched = 0

  init(keepsSamples: Bool) { self.keepsSamples = keepsSamples }

  mutating func bad(_ reason: String) { profile.counts.bad(0, reason) }

  /// The number of a thread; `label` is its name if it has one.
  mutating func thread(_ key: String, _ label: String?) -> Int {
    if let number = numbers[key] { return number }
    numbers[key] = tracks.count
    tracks.append(Track(label: label ?? "thread \(key)"))
    return tracks.count - 1
  }

  mutating func span(_ thread: Int, _ name: String, _ start: UInt64, _ end: UInt64) {
    let name = profile.stacks.intern(name)
    tracks[thread].spans.append(Span(name: name, start: start, end: max(start, end)))
    tracks[thread].last = max(tracks[thread].last, end)
  }

  mutating func begin(_ thread: Int, _ name: String, _ time: UInt64) {
    tracks[thread].open.append((profile.stacks.intern(name), time))
    tracks[thread].last = max(tracks[thread].last, time)
  }

  mutating func end(_ thread: Int, _ time: UInt64) {
    tracks[thread].last = max(tracks[thread].last, time)
    guard let begun = tracks[thread].open.popLast() else {
      unmatched += 1
      return
    }
    tracks[thread].spans.append(Span(name: begun.name, start: begun.start, end: max(begun.start, time)))
  }

  mutating func finish() -> Profile {
    var unended = 0
    for number in tracks.indices {
      for begun in tracks[number].open {
        tracks[number].spans.append(Span(name: begun.name, start: begun.start, end: tracks[number].last))
      }
      unended += tracks[number].open.count
      nest(tracks[number], UInt64(number))
    }
    if unended > 0 { profile.facts.append("\(unended) spans had not ended") }
    if unmatched > 0 { profile.facts.append("\(unmatched) ends without a beginning") }
    return profile
  }

  private mutating func nest(_ track: Track, _ number: UInt64) {
    let root = profile.stacks.child(of: 0, profile.stacks.intern(track.label))
    let thread = TimedSample.Thread(process: 1, thread: number + 1, name: track.label)
    var open: [(node: UInt32, end: UInt64)] = []
    var time: UInt64 = 0
    let order = track.spans.enumerated().sorted {
      ($0.element.start, $1.element.end, $0.offset) < ($1.element.start, $0.element.end, $1.offset)
    }
    for (_, span) in order {
      advance(to: span.start, &open, &time, thread)
      let node = profile.stacks.child(of: open.last?.node ?? root, span.name)
      let end = min(span.end, open.last?.end ?? .max)
      if keepsSamples { profile.spans.append(.init(name: span.name, start: span.start, end: end, thread: thread)) }
      open.append((node, end))
    }
    advance(to: .max, &open, &time, thread)
  }

  /// Up to `until`, whatever is innermost runs.
  private mutating func advance(
    to until: UInt64, _ open: inout [(node: UInt32, end: UInt64)], _ time: inout UInt64, _ thread: TimedSample.Thread
  ) {
    while let last = open.last, last.end <= until {
      run(last.node, from: time, to: last.end, thread)
      time = max(time, last.end)
      open.removeLast()
    }
    if let last = open.last { run(last.node, from: time, to: until, thread) }
    time = max(time, until)
  }

  private mutating func run(_ node: UInt32, from start: UInt64, to end: UInt64, _ thread: TimedSample.Thread) {
    guard end > start else { return }
    profile.counts.stacks += 1
    profile.stacks.add(end - start, to: node)
    if keepsSamples {
      profile.samples.append(TimedSample(time: start, node: node, value: end - start, thread: thread))
    }
  }
}
