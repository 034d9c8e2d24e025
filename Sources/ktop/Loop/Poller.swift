// Waits for the source, the keyboard and signals at once.

import Glibc

struct Poller {
  /// The keyboard; nil without a screen.
  var input: Int32?
  var hearsSignals = true

  struct Ready {
    var source = false
    var input = false
    var signal = false
  }

  /// Waits at most `milliseconds` (-1: for ever). A source without a descriptor counts as ready after its pause.
  func wait(for source: ByteSource?, milliseconds: Int32) -> Ready {
    let line = source?.descriptor
    var limit = milliseconds
    if let source, line == nil { limit = limit < 0 ? source.pause : min(limit, source.pause) }
    var waiting = [Self.entry(hearsSignals ? Signals.descriptor : -1), Self.entry(input ?? -1), Self.entry(line ?? -1)]
    let count = poll(&waiting, 3, limit)
    let isUnpolled = source != nil && line == nil
    guard count > 0 else { return Ready(source: isUnpolled) }
    return Ready(
      source: isUnpolled || waiting[2].revents != 0, input: waiting[1].revents != 0, signal: waiting[0].revents != 0)
  }

  // A negative descriptor is not polled.
  private static func entry(_ descriptor: Int32) -> pollfd {
    pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  }
}
