// Goes back to an earlier moment of the stream: from the last checkpoint before it, reading again what came since.
//
// Checkpoints are kept at growing distances as the stream grows, a bounded number, so memory does not depend on the
// stream's length.

import Glibc

struct TimeMachine {
  private struct Checkpoint {
    var offset: UInt64
    var reading: Reading
  }

  static let checkpointLimit = 8
  /// Bytes between the newest checkpoints; doubles whenever there are too many.
  private var distance: UInt64 = 1 << 18
  private var checkpoints: [Checkpoint] = []
  private let store: any StreamStore
  private static let pieceBytes = 512

  init(_ store: any StreamStore) { self.store = store }

  /// Takes the next bytes of the stream; `reading` is what was known before them.
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, before reading: Reading) {
    if store.end >= (checkpoints.last?.offset ?? 0) + distance || checkpoints.isEmpty {
      checkpoints.append(Checkpoint(offset: store.end, reading: reading.compact))
    }
    store.append(bytes)
    forgetWhatIsGone()
    if checkpoints.count > Self.checkpointLimit { thinOut() }
  }

  /// Names that were found after a checkpoint are good for it too.
  mutating func addNames(of reading: Reading) {
    for index in checkpoints.indices {
      guard let session = reading.model.session, let names = reading.model.names(of: session) else { return }
      checkpoints[index].reading.add(names)
    }
  }

  /// The first second that can be gone back to.
  var earliest: Double { checkpoints.first?.reading.seconds ?? 0 }

  /// What was known `seconds` into the stream: nil when that is not kept any more.
  func reading(at seconds: Double) -> Reading? {
    guard var index = checkpoints.lastIndex(where: { $0.reading.seconds <= seconds }) else {
      return checkpoints.first?.reading
    }
    let reading = advance(checkpoints[index], to: seconds)
    guard index > 0, reading.activity.log.count < Self.eventsWanted else { return reading }
    // One further back, so that there are events to look at.
    index -= 1
    return advance(checkpoints[index], to: seconds)
  }

  private static let eventsWanted = 8192

  private func advance(_ checkpoint: Checkpoint, to seconds: Double) -> Reading {
    var reading = checkpoint.reading
    var offset = checkpoint.offset
    withUnsafeTemporaryAllocation(byteCount: Self.pieceBytes, alignment: 8) { buffer in
      while reading.seconds <= seconds {
        let count = store.read(at: offset, into: buffer)
        guard count > 0 else { break }
        reading.feed(UnsafeBufferPointer(rebasing: buffer.bindMemory(to: UInt8.self)[..<count]))
        offset += UInt64(count)
      }
    }
    return reading
  }

  private mutating func forgetWhatIsGone() {
    while let first = checkpoints.first, first.offset < store.beginning { checkpoints.removeFirst() }
  }

  // Every other one but the first and the last two goes.
  private mutating func thinOut() {
    distance *= 2
    checkpoints = checkpoints.enumerated().filter { index, _ in
      index % 2 == 0 || index == checkpoints.count - 1
    }.map(\.element)
  }
}
