// What happens to a stream, said once, where one looks; the header counts it from then on.

enum StreamNews {
  /// What has happened between two moments; nil when nothing has, or nothing is known of the first.
  static func text(from old: Snapshot, to new: Snapshot) -> String? {
    guard old.bootID != nil else { return nil }
    if new.bootID != old.bootID {
      return new.buildID == old.buildID
        ? "the machine was started anew: counts begin at 0"
        : "another kernel was started, build \(new.buildID.prefix(8)): counts begin at 0"
    }
    if old.badFrames == 0 && new.badFrames > 0 {
      return "damage on the line: \(new.badFrames) frames were bad and left out"
    }
    if old.losses.droppedSource == 0 && new.losses.droppedSource > 0 {
      return "more happens than the line carries: \(new.losses.droppedSource) records were dropped; counters stay exact"
    }
    if old.losses.lostWire == 0 && new.losses.lostWire > 0 {
      return "the line lost \(new.losses.lostWire) records; counters stay exact"
    }
    return nil
  }
}
