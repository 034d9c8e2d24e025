// speedscope's file format: frames, and profiles of weighted samples or of frames that open and close.
//
// All profiles of a file are added up; the name of each is its outermost frame when there are several. Weights may be
// fractions: times become whole nanoseconds, of others six digits stay. Source: speedscope's file-format-schema.json.

import FlameGraph

struct Speedscope: Decodable {
  struct Shared: Decodable { var frames: [Frame] }
  struct Frame: Decodable { var name: String }
  struct Event: Decodable {
    var type: String
    var frame: Int
    var at: LooseNumber
  }
  struct Part: Decodable {
    var type: String
    var name: String?
    var unit: String?
    var samples: [[Int]]?
    var weights: [LooseNumber]?
    var events: [Event]?
  }

  var shared: Shared
  var profiles: [Part]
  var name: String?

  static func read(_ bytes: UnsafeBufferPointer<UInt8>, keepsSamples: Bool) throws(FormatError) -> Profile {
    let file = try JSONInput.decode(Speedscope.self, bytes, "a speedscope file")
    var reader = SpeedscopeReader(file, keepsSamples: keepsSamples)
    for (index, part) in file.profiles.enumerated() { try reader.add(part, index) }
    return reader.profile
  }
}

private struct SpeedscopeReader {
  private let file: Speedscope
  private let keepsSamples: Bool
  private var names: [UInt32] = []
  var profile = Profile()

  init(_ file: Speedscope, keepsSamples: Bool) {
    self.file = file
    self.keepsSamples = keepsSamples
    names = file.shared.frames.map { profile.stacks.intern($0.name) }
    profile.title = file.name ?? profile.title
  }

  mutating func add(_ part: Speedscope.Part, _ index: Int) throws(FormatError) {
    let (unit, factor, decimals) = Self.scale(part.unit)
    if index == 0 { profile.unit = unit }
    guard profile.unit == unit else {
      throw FormatError("profiles of one unit; profile \(index + 1) is in \(unit), the first in \(profile.unit)")
    }
    let thread = TimedSample.Thread(process: 1, thread: UInt64(index + 1), name: part.name ?? "")
    var root: UInt32 = 0
    if file.profiles.count > 1 {
      root = profile.stacks.child(of: 0, profile.stacks.intern(part.name ?? "\(index + 1)"))
    }
    if let events = part.events {
      try addEvents(events, root, thread, factor, decimals)
    } else if let samples = part.samples {
      try addSamples(samples, part.weights, root, thread, factor, decimals)
    } else {
      throw FormatError("'samples' or 'events' in profile \(index + 1)")
    }
  }

  private mutating func addSamples(
    _ samples: [[Int]], _ weights: [LooseNumber]?, _ root: UInt32, _ thread: TimedSample.Thread, _ factor: Double,
    _ decimals: Int
  ) throws(FormatError) {
    if let weights, weights.count != samples.count {
      throw FormatError("as many weights as samples: \(samples.count), not \(weights.count)")
    }
    var time: UInt64 = 0
    for (index, sample) in samples.enumerated() {
      guard let value = weights.map({ $0[index].scaled(factor) }) ?? UInt64(factor) else {
        profile.counts.bad(index + 1, "sample \(index + 1): expected a weight of 0 or more")
        continue
      }
      var node = root
      for frame in sample { node = profile.stacks.child(of: node, try name(frame)) }
      record(node, value, decimals, time, thread)
      time = time.addingReportingOverflow(value).partialValue
    }
  }

  private mutating func addEvents(
    _ events: [Speedscope.Event], _ root: UInt32, _ thread: TimedSample.Thread, _ factor: Double, _ decimals: Int
  ) throws(FormatError) {
    var open = [root]
    var last: UInt64?
    for (index, event) in events.enumerated() {
      guard let time = event.at.scaled(factor), time >= last ?? 0 else {
        profile.counts.bad(index + 1, "event \(index + 1): expected times that rise")
        continue
      }
      if let last, time > last, open.count > 1 { record(open.last!, time - last, decimals, last, thread) }
      last = time
      if event.type == "O" {
        open.append(profile.stacks.child(of: open.last!, try name(event.frame)))
      } else if open.count > 1 {
        open.removeLast()
      } else {
        profile.counts.bad(index + 1, "event \(index + 1): expected a frame that is open")
      }
    }
  }

  private mutating func record(
    _ node: UInt32, _ value: UInt64, _ decimals: Int, _ time: UInt64, _ thread: TimedSample.Thread
  ) {
    profile.counts.stacks += 1
    profile.stacks.add(UInt128(value), decimals: decimals, to: node)
    if keepsSamples { profile.samples.append(TimedSample(time: time, node: node, value: value, thread: thread)) }
  }

  private func name(_ frame: Int) throws(FormatError) -> UInt32 {
    guard names.indices.contains(frame) else { throw FormatError("frames below \(names.count), not \(frame)") }
    return names[frame]
  }

  /// What values are, by what they are multiplied, and how many digits of that are behind the point.
  private static func scale(_ unit: String?) -> (String, Double, Int) {
    switch unit {
    case "nanoseconds": return ("ns", 1, 0)
    case "microseconds": return ("ns", 1e3, 0)
    case "milliseconds": return ("ns", 1e6, 0)
    case "seconds": return ("ns", 1e9, 0)
    case "bytes": return ("bytes", 1, 0)
    default: return ("samples", 1e6, 6)
    }
  }
}
