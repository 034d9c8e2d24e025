// The latencies of one system call or span over time, and the last events of each size.

import TraceModel
import Tracer

struct LatencyHistory: Sendable {
  /// Powers of two of ticks: up to 2^40 of some 6 ns.
  static let octaves = 40
  static let examplesKept = 4

  private(set) var slices = Slices(width: LatencyHistory.octaves)
  /// By octave, a ring each.
  private var examples = [[TraceEvent]](repeating: [], count: LatencyHistory.octaves)
  private var count: UInt64 = 0

  /// The octave of a duration: 2^octave ticks at least, twice that at most; octave 0 holds 0 and 1.
  static func octave(of ticks: UInt64) -> Int { min(octaves - 1, 63 - (ticks | 1).leadingZeroBitCount) }

  mutating func add(_ event: TraceEvent, slice: UInt64) {
    let octave = Self.octave(of: event.duration)
    slices.add(1, slice: slice, cell: octave)
    count &+= 1
    if examples[octave].count < Self.examplesKept {
      examples[octave].append(event)
    } else {
      examples[octave][Int(truncatingIfNeeded: count) & (Self.examplesKept - 1)] = event
    }
  }

  mutating func merge() { slices.merge() }

  /// The events kept of an octave, latest first.
  func examples(of octave: Int) -> [TraceEvent] { examples[octave].sorted { $0.end > $1.end } }

  /// The slowest of the events kept.
  var slowest: [TraceEvent] { Array(examples.joined()).sorted { $0.duration > $1.duration } }
}
