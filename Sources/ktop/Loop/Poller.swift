// Waits for the source, the keyboard and signals at once.

import Glibc

struct Poller {
  /// The keyboard; nil without a screen.
  var input: Int32?
  var hearsSignals = true
  /// Something else whose words are waited for: a console.
  var other: Int32?

  struct Ready {
    var source = false
    var input = false
    var signal = false
    var other = false
  }

  /// Waits at most `milliseconds`. A source without a descriptor counts as ready after its pause; one that was read a
  /// moment ago is left alone until `notBefore`, for serial lines bring single bytes.
  func wait(for source: ByteSource?, notBefore: Double = 0, milliseconds: Int32) -> Ready {
    let rest = notBefore - Clock.seconds()
    let line = rest > 0 ? nil : source?.descriptor
    var limit = milliseconds
    if let source, source.descriptor == nil { limit = min(limit, source.pause) }
    if rest > 0 { limit = min(limit, Int32(rest * 1000) + 1) }
    var waiting = [Self.entry(hearsSignals ? Signals.descriptor : -1), Self.entry(input ?? -1), Self.entry(line ?? -1)]
    waiting.append(Self.entry(other ?? -1))
    let count = poll(&waiting, 4, limit)
    let isUnpolled = source != nil && source?.descriptor == nil
    guard count > 0 else { return Ready(source: isUnpolled) }
    return Ready(
      source: isUnpolled || waiting[2].revents != 0, input: waiting[1].revents != 0, signal: waiting[0].revents != 0,
      other: waiting[3].revents != 0)
  }

  // A negative descriptor is not polled.
  private static func entry(_ descriptor: Int32) -> pollfd {
    pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  }
}
