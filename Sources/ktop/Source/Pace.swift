// The pace at which a recording is read: as fast as it goes, or so many of its seconds a second.

final class Pace {
  private let speed: Double?
  private let began = Clock.seconds()
  private var streamSeconds = 0.0

  /// - Parameter speed: stream seconds per second of the clock; nil for as fast as it goes.
  init(_ speed: Double?) { self.speed = speed }

  var isDue: Bool { secondsAhead <= 0 }

  /// Milliseconds until it is.
  var pause: Int32 { Int32(max(0, min(secondsAhead * 1000, 250)).rounded(.up)) }

  /// Bytes to read at once: a pace can be kept only in small steps, and rates are measured from read to read.
  var step: Int { speed == nil ? 1 << 14 : 256 }

  /// The stream has come so far.
  func reach(_ seconds: Double) { streamSeconds = seconds }

  private var secondsAhead: Double {
    guard let speed else { return 0 }
    return streamSeconds / speed - (Clock.seconds() - began)
  }
}
