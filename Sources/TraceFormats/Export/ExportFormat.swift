// The formats that can be written. Most are one file; CTF is a folder of two.

import FlameGraph

public enum ExportFormat: String, CaseIterable, Sendable {
  case folded, speedscope, chrome, perfetto, pprof, ctf, firefox, callgrind, jsonl, perf

  /// Whether the bytes are no text, which no terminal should get.
  public var isBinary: Bool { self == .perfetto || self == .pprof }
  public var isFolder: Bool { self == .ctf }
  /// pprof's format is gzip; packing is the caller's.
  public var isPacked: Bool { self == .pprof }

  /// The files, the only one without a name unless the format is a folder.
  public func write(_ profile: Profile) -> [(name: String, bytes: [UInt8])] {
    switch self {
    case .folded: return [("", Array(profile.stacks.text.utf8))]
    case .speedscope: return [("", SpeedscopeExport.write(profile))]
    case .chrome: return [("", ChromeExport.write(profile))]
    case .perfetto: return [("", PerfettoExport.write(profile))]
    case .pprof: return [("", PProfExport.write(profile))]
    case .ctf: return CTFExport.write(profile)
    case .firefox: return [("", FirefoxExport.write(profile))]
    case .callgrind: return [("", CallgrindExport.write(profile))]
    case .jsonl: return [("", JSONLinesExport.write(profile))]
    case .perf: return [("", PerfExport.write(profile))]
    }
  }
}

extension Profile {
  /// The samples, or, of a profile without time, its stacks one after the other, each as long as its value.
  var timeline: [TimedSample] {
    if !samples.isEmpty { return samples }
    var result: [TimedSample] = []
    var time: UInt64 = 0
    let thread = TimedSample.Thread(process: 1, thread: 1, name: "all")
    let scale = FoldedStacks.power(of: stacks.decimals)
    stacks.forEachStack { node, _, value in
      let whole = UInt64(clamping: (value + scale / 2) / scale)
      result.append(TimedSample(time: time, node: node, value: whole, thread: thread))
      time = time.addingReportingOverflow(whole).partialValue
    }
    return result
  }

  /// Whether values are lengths of time, so that a sample lasts as long as its value.
  var isTime: Bool { unit == "ns" || unit.hasSuffix(" ns") }
}

extension FoldedStacks {
  static func power(of decimals: Int) -> UInt128 { (0..<decimals).reduce(1) { power, _ in power * 10 } }
}
