// Where in the stream's time one is.

struct Travel: Equatable {
  /// Seconds since the beginning; nil: now.
  var position: Double?
  /// The past goes on by itself.
  var isPlaying = false
  /// Seconds of the stream a second.
  var speed = 1.0

  static let speeds = [0.01, 0.03, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 100, 300, 1000]

  mutating func changeSpeed(by steps: Int) {
    let index = Self.speeds.firstIndex { $0 >= speed } ?? 5
    speed = Self.speeds[max(0, min(Self.speeds.count - 1, index + steps))]
  }

  /// The length of a step: a second, or less in a short stream.
  static func step(of length: Double) -> Double { max(0.001, min(1, length / 20)) }
}

extension TopApp {
  /// Goes by `steps` through the stream's time.
  mutating func step(by steps: Int) -> Action? {
    let (first, last) = (snapshot.earliest, snapshot.seconds)
    guard last > first else {
      message = "no history is kept"
      return nil
    }
    let from = travel.position ?? last
    let target = from + Double(steps) * Travel.step(of: last - first)
    if target >= last { return goToNow() }
    travel.position = max(first, target)
    return .seek(travel.position)
  }

  mutating func goToNow() -> Action? {
    guard travel.position != nil else { return nil }
    travel = Travel()
    showNow()
    return .seek(nil)
  }

  /// So many seconds have passed: what plays moves on.
  mutating func advance(by seconds: Double) -> Action? {
    guard let position = travel.position, travel.isPlaying else { return nil }
    let target = position + seconds * travel.speed
    if target >= snapshot.seconds { return goToNow() }
    travel.position = target
    return .seek(target)
  }

  mutating func togglePlaying() {
    travel.isPlaying.toggle()
    message = travel.isPlaying ? nil : "stopped; \(keys.name(of: .now)) goes back to now"
  }
}
