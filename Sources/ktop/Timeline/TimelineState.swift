// How the timeline is looked at.

enum Lane: Hashable, Sendable {
  case cpu(Int)
  case thread(UInt32)
}

struct TimelineState: Sendable {
  struct Window: Equatable, Sendable {
    var start: UInt64
    var end: UInt64

    var length: UInt64 { end > start ? end - start : 1 }

    /// The column of a time, when the window is `width` cells wide; outside of them for times outside.
    func column(of time: UInt64, width: Int) -> Int {
      let offset = time >= start ? Double(time - start) : -Double(start - time)
      return Int((offset / Double(length) * Double(width)).rounded(.down))
    }

    func time(at column: Int, width: Int) -> UInt64 {
      start + UInt64(Double(length) * (Double(max(0, column)) + 0.5) / Double(max(1, width)))
    }
  }

  /// Nil: all that is kept, also what comes.
  var window: Window?
  /// Windows to go back to.
  var earlier: [Window?] = []
  var lane: Lane?
  /// A time, ticks.
  var cursor: UInt64?
  var top = 0
  var filter = ""
}
