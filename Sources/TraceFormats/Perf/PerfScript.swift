// `perf script` text as stacks: a header line, the call chain innermost first, a blank line.
//
// Takes pieces of whole events (`cut` says where a piece may end), so that several readers can share a text and be
// merged. Also read are chains without headers (`-F ip,sym`), events without chains (one line each, with or without
// the sampled address), commands with blanks, CRLF, comments, and simpleperf's reports, which look alike.
import FlameGraph
import Glibc

public struct PerfScript: ~Copyable {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  public private(set) var stacks = FoldedStacks()
  /// Events, by time as given; only when they were asked for.
  public private(set) var samples: [TimedSample] = []
  public private(set) var counts = ReadCounts()
  /// The event that is counted; nil before the first, and when all are.
  public private(set) var event: String?
  /// Whether any event said its period: values are then counts of the event.
  public private(set) var hasPeriods = false
  private let options: PerfOptions
  private let keepsSamples: Bool
  /// Whether names of frames are symbols and nothing else.
  private let isPlain: Bool
  private var cache = FrameCache()
  /// Numbers of frames, one run a cached line.
  private var runs: [UInt32] = []
  private static let runLimit = 1 << 20
  /// The present event: frames innermost first.
  private var chain: [UInt32] = []
  private var header: UInt32?
  private var isJava = false
  private var isSkipped = false
  private var isInEvent = false
  private var time: UInt64 = 0
  private var weight: UInt64 = 1
  private var thread = TimedSample.Thread()

  /// `event`: what to count when the options do not say; a reader of a later piece must know the first one's.
  public init(_ options: PerfOptions = PerfOptions(), event: String? = nil, keepsSamples: Bool = false) {
    self.options = options
    self.keepsSamples = keepsSamples
    isPlain = !options.showsAddresses && !options.marksKernel && !options.marksJIT && !options.marksInlined
    self.event = options.event ?? event
  }

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

  /// Reads whole events; ends the last one.
  public mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = bytes.baseAddress else { return }
    var start = 0
    while start < bytes.count {
      let found = memchr(base + start, 0x0a, bytes.count &- start)
      let end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? bytes.count
      take(base + start, end &- start)
      start = end &+ 1
    }
    endEvent()
  }

  @inline(__always)
  private mutating func take(_ line: UnsafePointer<UInt8>, _ count: Int) {
    counts.lines &+= 1
    var start = 0
    var end = count
    while start < end, line[start].isBlank { start &+= 1 }
    while end > start, line[end &- 1].isBlank { end &-= 1 }
    guard start < end else { return endEvent() }
    if isSkipped { return }
    let length = end &- start
    let text = UnsafeRawPointer(line + start)
    if isInEvent, length >= 16, length <= FrameCache.longest {
      let slot = cache.slot(text, length, isJava ? 1 : 0)
      if let (first, count) = cache.find(text, length, at: slot) {
        // One frame is its own number; of several the runs know.
        if count == 1 { return chain.append(first) }
        for index in 0..<Int(count) { chain.append(runs[Int(first) &+ index]) }
        return
      }
      if isPlain, !isJava, let name = PerfFrame.plainName(Bytes(start: line + start, count: length)) {
        return add(name, text, length, slot)
      }
      return takeSlowly(Bytes(start: line + start, count: length), slot)
    }
    takeSlowly(Bytes(start: line + start, count: length), nil)
  }

  private mutating func takeSlowly(_ line: Bytes, _ slot: Int?) {
    guard line.first != UInt8(ascii: "#") else { return }
    let header = Self.mayBeHeader(line) ? PerfHeader(line) : nil
    let isHeader = header.map { $0.event != nil && ($0.time != nil || $0.thread != nil) } ?? false
    if !isHeader, let frame = PerfFrame(line) { return add(frame, line, slot) }
    // A header where a frame is due: the event before had no chain, or no blank line behind it.
    if isInEvent, !isHeader {
      counts.bad(counts.lines, "expected a line of a call chain, 'address symbol (module)'")
      return
    }
    endEvent()
    begin(header ?? PerfHeader(line))
  }

  /// A colon before a blank or the end: rare in frames, and in every header with a time or an event.
  private static func mayBeHeader(_ line: Bytes) -> Bool {
    var before: UInt8 = 0
    for byte in line {
      if before == UInt8(ascii: ":"), byte.isBlank { return true }
      before = byte
    }
    return before == UInt8(ascii: ":")
  }

  private mutating func add(_ name: Bytes, _ line: UnsafeRawPointer, _ length: Int, _ slot: Int) {
    let id = stacks.intern(name)
    cache.keep(line, length, at: slot, first: Int(id), count: 1)
    chain.append(id)
  }

  private mutating func add(_ frame: PerfFrame, _ line: Bytes, _ slot: Int?) {
    isInEvent = true
    let first = runs.count
    frame.names(options, isJava: isJava) { name in
      runs.append(name.withUnsafeBufferPointer { stacks.intern($0) })
    }
    runs[first...].reverse()
    chain.append(contentsOf: runs[first...])
    if let slot, let base = line.baseAddress {
      let count = runs.count - first
      if runs.count > Self.runLimit {
        cache.clear()
        runs = []
        return
      }
      cache.keep(base, line.count, at: slot, first: count == 1 ? Int(runs[first]) : first, count: count)
      if count != 1, line.count <= FrameCache.longest { return }
    }
    runs.removeSubrange(first...)
  }

  private mutating func begin(_ header: PerfHeader) {
    isInEvent = true
    if let event = header.event, !options.takesAllEvents {
      let counted = self.event ?? event.string
      self.event = counted
      isSkipped = !event.equals(counted)
      if isSkipped { return }
    }
    weight = options.countsSamples ? 1 : header.period ?? 1
    hasPeriods = hasPeriods || header.period != nil
    var command = header.command.map { $0 == 0x20 || $0 == 0x09 ? UInt8(ascii: "_") : $0 }
    isJava = command.elementsEqual("java".utf8)
    if options.showsProcess || options.showsThread { command += Self.identifiers(header, options) }
    command = command.map { $0 == UInt8(ascii: ";") ? UInt8(ascii: ":") : $0 }
    self.header = command.isEmpty ? nil : command.withUnsafeBufferPointer { stacks.intern($0) }
    if keepsSamples { keep(header) }
    if let rest = header.rest, let frame = PerfFrame(rest) { add(frame, rest, nil) }
  }

  private static func identifiers(_ header: PerfHeader, _ options: PerfOptions) -> [UInt8] {
    let process = header.process.map(Array.init) ?? [UInt8(ascii: "?")]
    guard options.showsThread else { return [UInt8(ascii: "-")] + process }
    let thread = header.thread.map(Array.init) ?? [UInt8(ascii: "?")]
    return [UInt8(ascii: "-")] + process + [UInt8(ascii: "/")] + thread
  }

  private mutating func keep(_ header: PerfHeader) {
    time = header.time ?? time
    thread.thread = header.thread.flatMap(UInt64.init(decimal:)) ?? 0
    thread.process = header.process.flatMap(UInt64.init(decimal:)) ?? thread.thread
    thread.name = header.command.string
  }

  @inline(__always)
  private mutating func endEvent() {
    guard isInEvent else { return }
    if isSkipped { counts.otherEvents += 1 } else { close() }
    isInEvent = false
    isSkipped = false
    header = nil
    chain.removeAll(keepingCapacity: true)
  }

  private mutating func close() {
    if let header { chain.append(header) }
    counts.stacks += 1
    let node = chain.withUnsafeBufferPointer { stacks.add(innermostFirst: $0, value: weight) }
    if keepsSamples { samples.append(TimedSample(time: time, node: node, value: weight, thread: thread)) }
  }
}
