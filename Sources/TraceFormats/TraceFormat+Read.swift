// One entry to all readers of inputs that lie in memory as a whole.

import FlameGraph

extension TraceFormat {
  /// Throws when the input as a whole is not of the format; single bad lines are counted in the profile. Recordings are
  /// not for here: they need the names of their kernel.
  public func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ options: PerfOptions = PerfOptions(), keepsSamples: Bool = false
  ) throws(FormatError) -> Profile {
    switch self {
    case .perf: return Self.perf(bytes, options, keepsSamples)
    case .folded: return Self.folded(bytes)
    case .dtrace: return DTraceText.read(bytes)
    case .bpftrace: return BPFTraceText.read(bytes)
    case .ftrace: return FtraceText.read(bytes, keepsSamples: keepsSamples)
    case .functionGraph: return FunctionGraphText.read(bytes)
    case .chrome: return try ChromeTrace.read(bytes, keepsSamples: keepsSamples)
    case .speedscope: return try Speedscope.read(bytes, keepsSamples: keepsSamples)
    case .pprof: return try PProf.read(bytes, options)
    case .recording: throw FormatError("a format that says the names of its frames")
    }
  }

  private static func perf(_ bytes: UnsafeBufferPointer<UInt8>, _ options: PerfOptions, _ keepsSamples: Bool) -> Profile
  {
    var script = PerfScript(options, event: PerfScript.firstEvent(in: bytes), keepsSamples: keepsSamples)
    script.read(bytes)
    var profile = Profile()
    (profile.stacks, profile.samples, profile.counts) = (script.stacks, script.samples, script.counts)
    profile.unit = PerfScript.unit(of: script.event, options, hasPeriods: script.hasPeriods)
    return profile
  }

  private static func folded(_ bytes: UnsafeBufferPointer<UInt8>) -> Profile {
    var parser = FoldedParser()
    parser.feed(bytes)
    parser.finish()
    return Profile(parser)
  }
}

extension Profile {
  /// What a parser that has finished has read.
  public init(_ parser: FoldedParser) {
    self.init()
    stacks = parser.stacks
    counts.lines = parser.lineCount
    for bad in parser.badLines { counts.bad(bad.line, bad.reason.rawValue) }
    for _ in parser.badLines.count..<max(parser.badLineCount, parser.badLines.count) { counts.bad(0, "") }
  }
}
