// A file: followed while something appends to it, or read to its end at a pace.

import Glibc

final class FileSource: ByteSource {
  let label: String
  private let file: Int32
  private let follows: Bool
  private let pace: Pace
  private var isAtEnd = false

  /// - Parameters:
  ///   - follows: wait for more at the end.
  ///   - speed: stream seconds per second of the clock; nil for as fast as it goes.
  init(_ file: Int32, label: String, follows: Bool, speed: Double? = nil) {
    self.file = file
    self.label = label
    self.follows = follows
    pace = Pace(speed)
  }

  deinit { close(file) }

  var descriptor: Int32? { nil }
  var isLive: Bool { follows }
  var pause: Int32 { isAtEnd ? 50 : pace.pause }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    guard pace.isDue else { return .nothing }
    let count = Glibc.read(file, buffer.baseAddress, min(buffer.count, pace.step))
    isAtEnd = count == 0
    if count > 0 { return .bytes(count) }
    guard count == 0 || errno == EINTR else { return .ended("read error: \(String(cString: strerror(errno)))") }
    return follows || count < 0 ? .nothing : .ended("end of recording")
  }

  func streamReached(seconds: Double) { pace.reach(seconds) }
}

enum Clock {
  /// A clock that only goes forward.
  static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
