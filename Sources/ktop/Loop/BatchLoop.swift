// Collects without a screen until the source ends, the time is up, or a signal comes.

import Glibc

/// Why a loop ended.
enum Ending: Equatable {
  case sourceEnded, timeUp, quit
  case signal(Int32)

  /// The exit status that goes with it.
  var status: Int32 { if case .signal(let number) = self { return 128 + number } else { return 0 } }
}

struct BatchLoop {
  let collector: Collector
  /// Seconds; nil for no limit.
  var limit: Double?
  /// When `onWake` is called next, by `Clock`; it says whether to go on.
  var wakeAt: () -> Double? = { nil }
  var onWake: () throws -> Bool = { true }
  /// Something else to wait for, and what to do when it is ready.
  var other: Int32?
  var onOther: () -> Void = {}

  func run() throws -> Ending {
    Signals.install()
    let end = limit.map { Clock.seconds() + $0 }
    let poller = Poller(input: nil, other: other)
    while !collector.hasEnded {
      let left = end.map { $0 - Clock.seconds() }
      if let left, left <= 0 {
        try collector.leave("time is up")
        return .timeUp
      }
      let wake = wakeAt().map { $0 - Clock.seconds() }
      // A second at most, for a question that was lost is asked again.
      let ready = poller.wait(
        for: collector.source, notBefore: collector.readAgainAt,
        milliseconds: Int32(max(0, min(left ?? 1, wake ?? 1, 1)) * 1000) + 1)
      if ready.signal, let ending = Self.ending() {
        try collector.leave("interrupted")
        return ending
      }
      collector.askForHello()
      if ready.source { _ = try collector.pump() }
      _ = collector.console?.pump()
      if ready.other { onOther() }
      if let wake = wakeAt(), Clock.seconds() >= wake, try !onWake() {
        try collector.leave("enough")
        return .timeUp
      }
    }
    return .sourceEnded
  }

  private static func ending() -> Ending? {
    while let number = Signals.next() {
      if [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains(number) { return .signal(number) }
      if number == SIGTSTP { Signals.stop(wholeGroup: false) }
      if number == 0 { return .quit }
    }
    return nil
  }
}
