// What a text of perf script is as a whole: where it may be cut, which event it counts, and in what unit.

extension PerfScript {
  /// Behind the last event of a piece that is known to be whole; nil when there is none.
  public static func cut(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    var index = bytes.count - 1
    while index > 0 {
      if base[index] == 0x0a {
        let before = base[index - 1]
        if before == 0x0a || (before == 0x0d && index > 1 && base[index - 2] == 0x0a) { return index + 1 }
      }
      index -= 1
    }
    return nil
  }

  /// The event of the first header in a text.
  public static func firstEvent(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
    for line in bytes.split(separator: 0x0a).prefix(10_000) {
      let line = Bytes(rebasing: line).trimmed()
      guard !line.isEmpty, line.first != UInt8(ascii: "#"), PerfFrame(line) == nil || line.last == UInt8(ascii: ":")
      else { continue }
      if let event = PerfHeader(line).event { return event.string }
    }
    return nil
  }

  /// What values count, by the event's name: clocks count nanoseconds.
  public static func unit(of event: String?, _ options: PerfOptions, hasPeriods: Bool) -> String {
    guard let event, hasPeriods, !options.countsSamples, !options.takesAllEvents else { return "samples" }
    let name = event.prefix { $0 != ":" }
    return name.hasSuffix("-clock") ? "ns" : String(name)
  }
}
