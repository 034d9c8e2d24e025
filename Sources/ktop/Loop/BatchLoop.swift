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

  func run() throws -> Ending {
    Signals.install()
    let end = limit.map { Clock.seconds() + $0 }
    let poller = Poller(input: nil)
    while !collector.hasEnded {
      let left = end.map { $0 - Clock.seconds() }
      if let left, left <= 0 {
        try collector.leave("time is up")
        return .timeUp
      }
      // A second at most, for a question that was lost is asked again.
      let ready = poller.wait(
        for: collector.source, notBefore: collector.readAgainAt, milliseconds: Int32(min(left ?? 1, 1) * 1000) + 1)
      if ready.signal, let ending = Self.ending() {
        try collector.leave("interrupted")
        return ending
      }
      collector.askForHello()
      if ready.source { _ = try collector.pump() }
      _ = collector.console?.pump()
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
