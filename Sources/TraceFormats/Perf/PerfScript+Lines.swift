// What a line outside of a call chain may be.

extension PerfScript {
  /// `... PERF_RECORD_LOST lost 12`, which perf prints by --show-lost-events.
  static func lostEvents(_ line: Bytes) -> UInt64? {
    guard let place = line.firstRange(of: "PERF_RECORD_LOST lost ") else { return nil }
    return UInt64(decimal: Bytes(rebasing: line[place.upperBound...]))
  }

  /// A colon before a blank or the end: rare in frames, and in every header with a time or an event.
  static func mayBeHeader(_ line: Bytes) -> Bool {
    var before: UInt8 = 0
    for byte in line {
      if before == UInt8(ascii: ":"), byte.isBlank { return true }
      before = byte
    }
    return before == UInt8(ascii: ":")
  }
}
