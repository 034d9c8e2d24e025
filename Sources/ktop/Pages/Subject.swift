// What can be explained: each is a page of its own, reached from wherever it is mentioned.

import Tracer

enum Subject: Hashable, Sendable {
  case systemCall(Int)
  case span(Int)
  /// The calls of a symbol that took 2^octave ticks or up to twice as long.
  case latency(Symbol, octave: Int)
  case lock(Int)
  /// The order of all classes of locks, and one class taken inside another.
  case lockOrder
  case lockEdge(Int, Int)
  case process(UInt32)
  /// Processes of one name that have ended.
  case ended(String)
  case thread(UInt32)
  case cpu(Int)
  case finding(place: String, title: String)

  func title(in snapshot: Snapshot) -> String {
    switch self {
    case .systemCall(let number): return snapshot.name(of: .systemCall(UInt64(number)))
    case .span(let id): return snapshot.spanName(id)
    case .latency(let symbol, let octave):
      let low = Format.duration(snapshot.nanoseconds(octave == 0 ? 0 : 1 << UInt64(octave)))
      return "\(snapshot.name(of: symbol)) of \(low) to \(Format.duration(snapshot.nanoseconds(2 << UInt64(octave))))"
    case .lock(let number): return snapshot.lockName(number)
    case .lockOrder: return "order of locks"
    case .lockEdge(let outer, let inner): return "\(snapshot.lockName(outer)) -> \(snapshot.lockName(inner))"
    case .process(let pid): return "process \(pid)"
    case .ended(let name): return "ended \(name)"
    case .thread(let tid): return "thread \(tid)"
    case .cpu(let number): return "CPU \(number)"
    case .finding(let place, _): return place
    }
  }
}

/// Where Enter leads.
enum Link: Hashable, Sendable {
  case subject(Subject)
  /// The timeline around a stretch of time, ticks, with a thread's lane chosen.
  case timeline(start: UInt64, end: UInt64, thread: UInt32?)
  /// The flame graph, zoomed to what is below these frames.
  case flame([String])
}
