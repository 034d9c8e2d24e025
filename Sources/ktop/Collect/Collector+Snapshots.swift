// What a collector knows, now or at an earlier moment, for views.

import Glibc

extension Collector {
  /// Everything views need, at this moment.
  func snapshot() -> Snapshot { snapshot(of: reading) }

  /// The same of an earlier moment, in seconds since the beginning; nil when it is not kept.
  func snapshot(at seconds: Double) -> Snapshot? {
    guard let past = history?.reading(at: seconds) else { return nil }
    var snapshot = snapshot(of: past)
    snapshot.past = min(seconds, reading.seconds)
    return snapshot
  }

  private func snapshot(of reading: Reading) -> Snapshot {
    var snapshot = Snapshot(of: self, reading, silentFor: Clock.seconds() - lastArrival)
    if let console { snapshot.terminal = console.picture }
    snapshot.seconds = self.reading.seconds
    snapshot.earliest = history?.earliest ?? self.reading.seconds
    return snapshot
  }
}
