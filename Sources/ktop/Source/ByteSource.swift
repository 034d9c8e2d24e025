// A stream of bytes that somebody polls and reads a piece at a time, without ever waiting in the read.

/// What a read brought.
enum Arrival: Equatable {
  case bytes(Int)
  /// Nothing now; there may be more later.
  case nothing
  /// Nothing any more, and why, for people.
  case ended(String)
}

protocol ByteSource: AnyObject {
  /// What is watched, for people.
  var label: String { get }
  /// What to poll; nil when polling tells nothing, and one should read again after `pause`.
  var descriptor: Int32? { get }
  /// Milliseconds until reading makes sense.
  var pause: Int32 { get }
  /// Seconds that a read may wait for more to come, so that not every byte is a turn of the loop.
  var breath: Double { get }
  /// Whether time in the stream is time of the clock.
  var isLive: Bool { get }
  /// Whether its end may cut a frame, which is no damage then.
  var endsAnywhere: Bool { get }
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival
  /// Hands bytes to the other side; false when it takes none.
  func send(_ bytes: [UInt8]) -> Bool
  /// How far the stream has come, seconds since its beginning: for sources that keep a pace.
  func streamReached(seconds: Double)
}

extension ByteSource {
  var pause: Int32 { 0 }
  var breath: Double { 0 }
  var isLive: Bool { true }
  var endsAnywhere: Bool { false }
  func send(_ bytes: [UInt8]) -> Bool { false }
  func streamReached(seconds: Double) {}
}
